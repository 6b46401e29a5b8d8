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
        "waiting for what sccache would do",
        "the closer look",
        "the checks",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
