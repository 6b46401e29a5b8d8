//! The forms that `check` has for a person: long, as a block for a bug report, and with what it cost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::process::Output;

use common::Sandbox;

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn what_is_well_is_shown_too() {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    assert!(sandbox.compiles_c() && sandbox.compiles_c());
    let pid = sandbox.server_pid().unwrap();
    let text = stdout(&sandbox.helper(&["check"]));
    for part in [
        "sccache    0.19.0, ".to_owned(),
        "wrapper    sccache-shell's, by RUSTC_WRAPPER\n".to_owned(),
        format!(
            "server     pid {pid} at {}, version 0.19.0\n",
            sandbox.path("s").display()
        ),
        format!("cache      {}, ", sandbox.path("home/.cache/sccache").display()),
        " of 24 GiB\n".to_owned(),
        "hits       C/C++ 50 % (1 of 2)\n".to_owned(),
        "\n\nAll is well: sccache works here.\n".to_owned(),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
}

const LOCK: &str = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\n\n\
    [[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n\n\
    [[package]]\nname = \"b\"\nversion = \"1.0.0\"\nsource = \"registry+x\"\n";

#[test]
fn which_worktrees_share_and_why_others_do_not() {
    let sandbox = Sandbox::new();
    sandbox.package("hello");
    sandbox.write("project/Cargo.lock", LOCK);
    for name in ["same", "older", "flags", "moved", "rustc", "gone"] {
        sandbox.second_worktree(name);
    }
    let rows = || {
        let text = stdout(&sandbox.helper(&["check"]));
        let rows = text.lines().skip_while(|line| !line.starts_with("worktrees "));
        let rows: Vec<String> = rows.take_while(|line| !line.is_empty()).map(str::to_owned).collect();
        rows.join("\n").replace(sandbox.path("").to_str().unwrap(), "")
    };
    let all_share = "worktrees  7; all crates can be shared, by shells with the same CARGO_HOME\n           \
        6 of the 6 others share all 2 crates; nothing is built there yet";
    assert_eq!(rows(), all_share);

    sandbox.write(
        "older/Cargo.lock",
        LOCK.replace("\"b\"\nversion = \"1", "\"b\"\nversion = \"0"),
    );
    sandbox.write(
        "flags/.cargo/config.toml",
        "[build]\nrustflags = [\"-Ctarget-cpu=native\"]\n",
    );
    let dep_info = "/x: /elsewhere/.cargo/registry/src/i-0/a-1.0.0/src/lib.rs\n";
    sandbox.write("moved/target/debug/deps/a-0123456789abcdef.d", dep_info);
    sandbox.write("rustc/rust-toolchain.toml", "[toolchain]\nchannel = \"1.90\"\n");
    std::fs::remove_file(sandbox.path("gone/Cargo.toml")).unwrap();
    let some_differ = "worktrees  7; all crates can be shared, by shells with the same CARGO_HOME\n           \
        2 of the 6 others share; the fewest with older, 1 of 2 crates, by its Cargo.lock; nothing is built there yet\n           \
        flags does not: different rustflags (flags/.cargo/config.toml:2)\n           \
        gone does not: it does not contain this workspace\n           \
        moved does not: it was built with CARGO_HOME /elsewhere/.cargo\n           \
        rustc does not: its rust-toolchain.toml is different, so its rustc may be too";
    assert_eq!(rows(), some_differ);
    assert_eq!(
        stdout(&sandbox.helper(&["check", "--quiet"])),
        "",
        "none of it at the door"
    );
}

#[test]
fn a_finding_shows_the_line_that_it_names() {
    let mut sandbox = Sandbox::new();
    let project = sandbox.path("project").display().to_string();
    sandbox.package("hello");
    sandbox.second_worktree("other");
    sandbox.unset("CARGO_INCREMENTAL").unset("RUSTC_WRAPPER");
    let cargo = format!(
        "[build]\nincremental = true # fast\nrustc-wrapper = \"sccache\"\nrustflags = [\n  \"-Clink-arg={project}/x\",\n]\n"
    );
    sandbox.write("project/.cargo/config.toml", cargo);
    let sccache = "client_side_mode = true\n[cache.disk]\nsize = \"512M\"\ndir = \"~/cache\"\n";
    sandbox.write("home/.config/sccache/config", sccache);
    let (cargo, sccache) = (
        format!("{project}/.cargo/config.toml"),
        sandbox.config().display().to_string(),
    );
    for (id, line) in [
        ("incremental-on", format!("{cargo}:2: incremental = true # fast")),
        ("rustflags-path", format!("{cargo}:4: rustflags = [")),
        ("cache-size-tiny", format!("{sccache}:3: size = \"512M\"")),
        ("dir-literal", format!("{sccache}:4: dir = \"~/cache\"")),
        ("client-side-frame", format!("{sccache}:1: client_side_mode = true")),
    ] {
        let finding = sandbox.finding(id);
        assert_eq!(finding["detail"], serde_json::json!([line]), "{finding}");
    }
}

#[test]
fn it_says_what_to_do_first() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_NO_CACHE", "1").set("SCCACHE_DIRECT", "yes");
    let output = sandbox.helper(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let text = stdout(&output);
    let end = "1 error, 1 warning. Begin with: export SCCACHE_DIRECT=true\nTo read why: sccache-shell explain env-bool-invalid\n";
    assert!(text.ends_with(end), "{text}");
    assert!(
        text.contains("Broken builds\n  error ") && text.contains("Fewer hits\n  warning "),
        "{text}"
    );
    assert!(!text.contains('\u{1b}'), "no colour where no terminal is: {text:?}");
}

#[test]
fn a_bug_report_holds_no_secret() {
    let mut sandbox = Sandbox::new();
    sandbox
        .set("SCCACHE_REDIS_PASSWORD", "hunter2")
        .set("SCCACHE_REDIS_ENDPOINT", "redis://me:hunter2@localhost")
        .set("CARGO_REGISTRY_TOKEN", "hunter2")
        .set("RUSTFLAGS", "--cfg hunter2")
        .set("UNRELATED", "hunter2")
        .set("SCCACHE_IDLE_TIMEOUT", "60");
    let config =
        "[cache.disk]\nsize = \"24G\"\n[cache.webdav]\nendpoint = \"http://me:hunter2@h\"\npassword = \"hunter2\"\n";
    sandbox.write("home/.config/sccache/config", config);
    let text = stdout(&sandbox.helper(&["check", "--report"]));
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!text.contains("UNRELATED"), "{text}");
    assert!(
        text.starts_with("```text\nsccache-shell ") && text.ends_with("```\n"),
        "{text}"
    );
    for part in [
        "\nSCCACHE_REDIS_PASSWORD\n",
        "\nSCCACHE_IDLE_TIMEOUT=60\n",
        "\n[secrets] ",
        "next server: limit 24 GiB",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains(sandbox.path("home").to_str().unwrap()),
        "the home is `~`: {text}"
    );
}

#[test]
fn a_bug_report_holds_no_secret_that_stands_in_another_place_too() {
    let mut sandbox = Sandbox::new();
    let wrapper = sandbox.path("hunter2secret/wrapper");
    let cargo_home = "/scratch/annabel/cargo";
    sandbox
        .set("GITHUB_TOKEN", "hunter2secret")
        .set("RUSTC_WRAPPER", &wrapper)
        .set("SCCACHE_SHELL_TMPDIR", "/tmp/filepassword")
        .set("CARGO_HOME", cargo_home)
        .set("USER", "annabel");
    let config = "[cache.disk]\nsize = \"24G\"\n[cache.webdav]\nendpoint = \"http://h\"\ntoken = \"filepassword\"\n";
    sandbox.write("home/.config/sccache/config", config);
    let text = stdout(&sandbox.helper(&["check", "--report"]));
    for secret in ["hunter2secret", "filepassword", "annabel"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    for part in [
        "\nCARGO_HOME=/scratch/…/cargo\n",
        "\nSCCACHE_SHELL_TMPDIR=/tmp/…\n",
        "…/wrapper` from RUSTC_WRAPPER cannot be started",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// sccache shows the line of its file that it cannot read.
#[test]
fn no_form_shows_a_secret_of_a_file_that_is_broken() {
    let sandbox = Sandbox::new();
    for config in [
        "[cache.redis]\npassword = \"hunter2\nurl = \"x\"\n",
        "[cache]\nredis = \"redis://me:hunter2@h\"\n",
        "[cache.webdav]\nendpoint = \"http://h\"\ntoken = [\"hunter2\"]\n",
        "[dist]\nauth = { type = \"token\", tokn = \"hunter2\" }\n",
    ] {
        sandbox.write("home/.config/sccache/config", config);
        for args in [
            &["check"][..],
            &["check", "--json"],
            &["check", "--quiet"],
            &["check", "--report"],
        ] {
            let output = sandbox.helper(args);
            let text = stdout(&output);
            assert!(text.contains("config-invalid"), "{args:?}: {text}");
            assert!(!text.contains("hunter2"), "{args:?}: {text}");
        }
    }
}

#[test]
fn timings_add_up_and_stay_out_of_what_programs_read() {
    let sandbox = Sandbox::new();
    let output = sandbox.helper(&["check", "--json", "--timings"]);
    serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    let times: Vec<f64> = text
        .lines()
        .map(|line| line.split_whitespace().next().unwrap().parse().unwrap())
        .collect();
    let (all, parts) = times.split_last().unwrap();
    assert!(
        parts.len() > 5 && (parts.iter().sum::<f64>() - all).abs() < 0.1,
        "{text}"
    );
    for part in [
        "cargo's files",
        "waiting for the next server's settings",
        "comparing other worktrees",
        "the checks",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_note_fails_nothing() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "x");
    assert_eq!(sandbox.finding("idle-timeout")["severity"], "info");
    assert_eq!(sandbox.helper(&["check", "--strict"]).status.code(), Some(0));
    sandbox.set("SCCACHE_RECACHE", "1");
    assert_eq!(sandbox.helper(&["check"]).status.code(), Some(0));
    assert_eq!(sandbox.helper(&["check", "--strict"]).status.code(), Some(1));
}

#[test]
fn a_mistyped_id_is_told_the_nearest() {
    let sandbox = Sandbox::new();
    for args in [
        &["explain", "target-dir-share"][..],
        &["check", "--ignore", "target-dirs-shared"],
    ] {
        let output = sandbox.helper(args);
        assert_eq!(output.status.code(), Some(2));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("Did you mean `target-dir-shared`? To list all: sccache-shell explain"),
            "{said}"
        );
        assert!(said.lines().count() < 5, "{said}");
    }
    let said = String::from_utf8(sandbox.helper(&["explain", "xyzzy"]).stderr).unwrap();
    assert!(!said.contains("Did you mean"), "{said}");
    let script = String::from_utf8(sandbox.helper(&["completions", "bash"]).stdout).unwrap();
    assert!(script.contains("target-dir-shared"));
}
