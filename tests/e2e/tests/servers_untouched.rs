//! No command of ours starts, stops or restarts a server: other shells may be building with it.

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;

/// All commands that do not compile. The shell's hook runs before each.
const COMMANDS: [&str; 15] = [
    "true",
    "sccache-shell check",
    "sccache-shell check --quiet",
    "sccache-shell check --json",
    "sccache-shell check --strict",
    "sccache-shell check --report",
    "sccache-shell stats",
    "sccache-shell stats --json",
    "sccache-shell explain",
    "sccache-shell explain cache-size",
    "sccache-shell init --dry-run --size 30G",
    "sccache-shell init --if-missing",
    "sccache-shell init --size 30G",
    "\"$RUSTC_WRAPPER\" --version",
    "SCCACHE_SHELL=off \"$RUSTC_WRAPPER\" --show-stats",
];

fn shell(home: &Home) -> Consumer {
    Consumer::write(&home.path().join("project"), "cacheSize = \"24G\"; initConfig = true;").commit(home)
}

#[test]
fn no_server_is_started() {
    let home = Home::new();
    let consumer = shell(&home);
    for command in COMMANDS {
        // Their output is tested elsewhere; some fail, correctly.
        let out = consumer.run(&home, Entry::Develop, &format!("{command} || :")).ok();
        assert_eq!(home.server().pid(), None, "started by {command}: {out}");
    }
}

#[test]
fn a_running_server_keeps_running() {
    let home = Home::new();
    // As different as possible from what the shell wants, so that there is a reason to restart it.
    home.configure("[cache.disk]\nsize = \"1G\"\n");
    let consumer = shell(&home);
    drop(consumer.run(&home, Entry::Develop, "sccache --start-server").ok());
    let pid = home.server().running();
    for command in COMMANDS {
        let out = consumer.run(&home, Entry::Develop, &format!("{command} || :")).ok();
        assert_eq!(home.server().pid(), Some(pid), "by {command}: {out}");
    }
    assert_eq!(
        home.stats().limit,
        Some(1 << 30),
        "it still runs by what it was started with"
    );
}
