//! The running server's TMPDIR is no longer there.

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-tmpdir-gone",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("server_tmpdir_gone.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    match facts.server.process() {
        Some(server) if server.tmpdir_exists == Some(false) => {
            let dir = server.tmpdir().unwrap_or_default();
            vec![CHECK.finding(
                format!(
                    "the running sccache server (pid {}) uses TMPDIR {}, which is gone: every compile fails until it is restarted",
                    server.pid,
                    dir.display()
                ),
                stop_server(),
            )]
        }
        _ => Vec::new(),
    }
}
