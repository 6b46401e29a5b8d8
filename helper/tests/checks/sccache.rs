//! The sccache itself: missing, broken, of different versions. 0.17 is tried if the machine has one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::support::{NOTHING, Sandbox, older_sccache, real_sccache, wait_for_end, what};

#[test]
fn sccache_missing() {
    let mut sandbox = Sandbox::new();
    fs::remove_file(sandbox.path("libexec/sccache-shell/real")).unwrap();
    sandbox.set("PATH", sandbox.path("libexec/sccache-shell"));
    let output = sandbox.helper(&["check"]);
    assert_eq!(output.status.code(), Some(1), "a finding, not a failure to run");
    assert_eq!(sandbox.ids(), ["sccache-missing"]);
}

#[test]
fn sccache_broken() {
    for (script, why) in [
        ("echo oops >&2; exit 3", "oops"),
        ("echo hello", "its answer cannot be read"),
        ("sleep 100", "did not answer within 1.5 s"),
    ] {
        let sandbox = Sandbox::with_script(script);
        let start = Instant::now();
        let finding = sandbox.finding("sccache-broken");
        assert!(start.elapsed() < Duration::from_secs(2));
        assert!(what(&finding).contains(why), "{finding}");
    }
}

/// The real sccache, with a script in front of it that prints a later version.
#[test]
fn sccache_untried() {
    let home = Sandbox::new();
    let real = real_sccache();
    let script = format!("\"{}\" \"$@\" | sed 's/0\\.19\\.[0-9]*/0.99.0/'", real.display());
    let later = home.program("later/sccache", &script);
    for (sccache, is_untried) in [(later, true), (real, false)] {
        let mut sandbox = Sandbox::with_sccache(&sccache);
        assert_eq!(sandbox.finds("sccache-untried"), is_untried);
        sandbox.go_past_the_wrapper();
        assert!(!sandbox.finds("sccache-untried"), "the normal form is not used there");
    }
}

#[test]
fn mixed_versions() {
    let Some(older) = older_sccache("0.17") else { return };
    let sandbox = Sandbox::new();
    sandbox.run("project", &older, &["--start-server"]);
    let finding = sandbox.finding("mixed-versions");
    assert!(
        what(&finding).contains("0.19.0 and the running server's 0.17.0 have different keys for Rust, C and C++"),
        "{finding}"
    );
    sandbox.sccache().arg("--stop-server").output().unwrap();
    sandbox.start_server();
    assert_eq!(sandbox.ids(), NOTHING);
}

/// `mixed-versions`: one version does not hit what the other stored in the same directory.
#[test]
fn two_versions_share_nothing() {
    let Some(older) = older_sccache("0.17") else { return };
    for (second, hits) in [(older.clone(), 1), (real_sccache(), 0)] {
        let sandbox = Sandbox::new();
        sandbox.write("project/x.c", "int x;\n");
        let compile = |sccache: &Path| {
            sandbox.run("project", sccache, &["--start-server"]);
            sandbox.run("project", sccache, &["cc", "-c", "x.c", "-o", "x.o"]);
            sandbox.server_pid().unwrap()
        };
        let first = compile(&older);
        sandbox.run("project", &older, &["--stop-server"]);
        wait_for_end(first);
        compile(&second);
        assert_eq!(sandbox.hits(), hits, "{}", second.display());
    }
}

/// The findings of a shell with the sccache `client`, about a server of the sccache `server`.
fn findings_of(client: PathBuf, server: PathBuf) -> Vec<String> {
    let sandbox = Sandbox::with_sccache(&client);
    let started = sandbox.command(&server).arg("--start-server").output().unwrap();
    assert!(started.status.success(), "{started:?}");
    let pid = sandbox.server_pid();
    let start = Instant::now();
    let findings = sandbox.findings();
    assert!(start.elapsed() < Duration::from_secs(2));
    assert_eq!(sandbox.server_pid(), pid);
    findings
        .iter()
        .map(|finding| format!("{}: {}", finding["id"].as_str().unwrap(), what(finding)))
        .collect()
}

#[test]
fn a_server_of_a_different_version_is_named() {
    let Some(old) = older_sccache("0.17") else { return };
    let new = real_sccache();
    for (client, server, differ) in [
        (&new, &old, "version 0.17.0 (now configured: 0.19.0)"),
        (&old, &new, "version 0.19.0 (now configured: 0.17.0)"),
    ] {
        let findings = findings_of(client.clone(), server.clone());
        assert!(
            findings.len() == 2 && findings[0].starts_with("server-settings-differ") && findings[0].contains(differ),
            "{findings:?}"
        );
        assert!(findings[1].starts_with("mixed-versions"), "{findings:?}");
    }
}

#[test]
fn an_older_version_alone_is_well() {
    let Some(old) = older_sccache("0.17") else { return };
    assert_eq!(findings_of(old.clone(), old), NOTHING);
}
