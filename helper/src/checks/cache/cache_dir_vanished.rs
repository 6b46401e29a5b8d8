//! The running server's cache was deleted.

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-dir-vanished",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("cache_dir_vanished.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(running) = facts.server.running() else {
        return Vec::new();
    };
    // One that has not looked yet makes the directory with its first compile.
    let (Some(_), Some(dir), true) = (running.cache_size, running.cache_dir(), facts.server.dir_is_gone) else {
        return Vec::new();
    };
    vec![CHECK.finding(
        format!(
            "the running sccache server's cache {} was deleted: nothing is stored until the server is restarted",
            dir.display()
        ),
        stop_server(),
    )]
}
