//! Client and server of different versions: 0.17, where the machine has one, beside the sccache on PATH.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use common::{Sandbox, main_that_prints, older_sccache, real_sccache};

/// What `client` finds of a server that `server` started.
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
        .map(|finding| {
            format!(
                "{}: {}",
                finding["id"].as_str().unwrap(),
                finding["what"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn a_server_of_another_version_is_named() {
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
    assert_eq!(findings_of(old.clone(), old), Vec::<String>::new());
}

/// In either order: a second worktree runs its own program, and cargo sees its own sources.
#[test]
fn a_server_of_another_version_compiles_right() {
    let Some(old) = older_sccache("0.17") else { return };
    let new = real_sccache();
    for (client, server) in [(&new, &old), (&old, &new)] {
        let sandbox = Sandbox::with_sccache(client);
        let started = sandbox.command(server).arg("--start-server").output().unwrap();
        assert!(started.status.success(), "{started:?}");
        sandbox.package("one");
        sandbox.second_worktree("second");
        let run = |dir: &str| {
            sandbox.run(dir, "cargo", &["build", "--offline", "--quiet"]);
            sandbox.run(dir, sandbox.path(dir).join("target/debug/app"), &[])
        };
        assert_eq!((run("project"), run("second")), ("one\n".into(), "one\n".into()));
        assert_eq!(sandbox.hits(), 1, "the second worktree's");
        let dep_info = sandbox.path("second/target/debug/app.d");
        let dep_info = std::fs::read_to_string(dep_info).unwrap();
        assert!(!dep_info.contains("/project/"), "{dep_info}");
        sandbox.write("second/src/main.rs", main_that_prints("two"));
        assert_eq!(run("second"), "two\n");
    }
}
