//! The running server's TMPDIR will vanish.

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::tmp_dir;

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-tmpdir-ephemeral",
    severity: Severity::Warning,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("server_tmpdir_ephemeral.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(server) = facts
        .server
        .process()
        .filter(|server| server.tmpdir_exists == Some(true))
    else {
        return Vec::new();
    };
    let Some(dir) = server.tmpdir() else {
        return Vec::new();
    };
    let why = if tmp_dir::is_ephemeral(&dir) {
        "vanishes with its Nix shell"
    } else if facts.worktree_to_itself().is_some_and(|root| dir.starts_with(root)) {
        "vanishes with this worktree"
    } else {
        return Vec::new();
    };
    vec![CHECK.finding(
        format!(
            "the running sccache server (pid {}) uses TMPDIR {}, which {why}: every compile will fail then",
            server.pid,
            dir.display()
        ),
        stop_server(),
    )]
}
