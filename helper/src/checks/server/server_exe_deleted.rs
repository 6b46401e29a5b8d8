//! The running server's program was replaced.

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-exe-deleted",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("server_exe_deleted.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let program = facts
        .server
        .process()
        .and_then(|server| Some((server, server.program.as_ref()?)));
    match program {
        Some((server, program)) if program.is_deleted => vec![CHECK.finding(
            format!(
                "the running sccache server (pid {}) was started from {}, which is gone: it works on, as it was",
                server.pid,
                program.path.display()
            ),
            stop_server(),
        )],
        _ => Vec::new(),
    }
}
