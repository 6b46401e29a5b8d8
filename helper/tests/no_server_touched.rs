//! No command of ours starts, stops or restarts a server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use common::Sandbox;

const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--quiet"],
    &["check", "--json"],
    &["check", "--strict"],
    &["check", "--report"],
    &["check", "--timings"],
    &["stats"],
    &["stats", "--json"],
    &["explain"],
    &["explain", "cache-size"],
    &["init", "--dry-run"],
    &["init", "--if-missing"],
    &["init", "--size", "48G"],
    &["completions", "bash"],
    &["--help"],
];

#[test]
fn where_one_runs_it_stays_the_same() {
    let sandbox = Sandbox::new();
    let before = sandbox.start_server();
    for args in COMMANDS {
        sandbox.helper(args);
        assert_eq!(sandbox.server_pid(), Some(before), "{args:?}");
    }
}

#[test]
fn where_none_runs_none_is_started() {
    let sandbox = Sandbox::new();
    for args in COMMANDS {
        sandbox.helper(args);
        assert_eq!(sandbox.server_pid(), None, "{args:?}");
    }
    // Nor by the wrapper, when it only asks.
    assert!(sandbox.wrapper().arg("--show-stats").output().unwrap().status.success());
    assert_eq!(sandbox.server_pid(), None);
}

#[test]
fn no_command_leaves_anything_behind() {
    let sandbox = Sandbox::new();
    let list = || {
        let output = sandbox.command("find").arg(sandbox.path("home")).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let before = list();
    for args in COMMANDS.iter().filter(|args| args[0] != "init") {
        sandbox.helper(args);
        assert_eq!(list(), before, "{args:?}");
    }
}
