//! The text for people.

use crate::support::{HELPER, Sandbox};

#[test]
fn the_status_of_a_healthy_shell() {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    assert!(sandbox.compiles_c() && sandbox.compiles_c());
    let pid = sandbox.server_pid().unwrap();
    let text = sandbox.prints(&["check"]);
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
    sandbox.configure(sccache);
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
fn nothing_printed_controls_the_terminal() {
    const ODD: &str = "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\r";
    let mut sandbox = Sandbox::new();
    let dir = format!("a{ODD}b");
    sandbox.write(
        format!("{dir}/Cargo.toml"),
        format!("[package]\nname = \"app\" {ODD}\n"),
    );
    sandbox.write(
        format!("{dir}/.cargo/config.toml"),
        format!("[build]\nrustflags = \"-C{ODD}\"\n[env]\nSCCACHE_RECACHE = \"{ODD}\"\n"),
    );
    sandbox.write(format!("{dir}/conf"), "[cache.disk]\n# \u{202e}\u{9b}\nsize = \"1G\"\n");
    sandbox.git(&dir, &["init", "-q"]);
    sandbox
        .set("SCCACHE_CONF", sandbox.path(format!("{dir}/conf")))
        .set(format!("SCCACHE_{ODD}"), "x");
    sandbox
        .set("RUSTC_WORKSPACE_WRAPPER", format!("/x/{ODD}"))
        .set("SCCACHE_ERROR_LOG", format!("/none/{ODD}"));
    sandbox.go(&dir);
    let is_seen = |bytes: &[u8], of: &[&str]| {
        let text = std::str::from_utf8(bytes).unwrap();
        let odd = text
            .chars()
            .find(|c| (c.is_control() && !"\n\t".contains(*c)) || "\u{202e}\u{2066}".contains(*c));
        assert_eq!(odd, None, "{of:?}: {text:?}");
    };
    let unwritable = format!("/proc/{ODD}");
    for args in [
        &["check", "--quiet"][..],
        &["check"],
        &["check", "--json"],
        &["check", "--report"],
        &["stats"],
        &["stats", "--json"],
        &["init", "--dry-run", "--size", "2G"],
        &["init", "--size", "2G"],
        &["explain", ODD],
        &["check", "--ignore", ODD],
    ] {
        let output = sandbox.helper(args);
        is_seen(&output.stdout, args);
        is_seen(&output.stderr, args);
    }
    sandbox.set("SCCACHE_CONF", &unwritable);
    let output = sandbox.helper(&["init"]);
    assert_eq!(output.status.code(), Some(2));
    is_seen(&output.stderr, &["init"]);
    // The only control sequences are our colours.
    let mut colours = sandbox.command(HELPER);
    let output = colours.args(["check"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\u{1b}[1m"), "{text:?}");
    assert!(
        !text.contains("\u{1b}]") && !text.contains('\u{9b}') && !text.contains('\u{202e}'),
        "{text:?}"
    );
}
