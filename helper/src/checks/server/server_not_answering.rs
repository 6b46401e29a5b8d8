//! The server is sccache's, but it does not answer.

use crate::checks::server::server_too_old;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-not-answering",
    severity: Severity::Warning,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("server_not_answering.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    if facts.silent_version.is_some_and(server_too_old::is_too_old) {
        return Vec::new();
    }
    match (facts.server(), &facts.running) {
        // It is this shell's sccache that fails before it asks, and nothing is wrong with the server.
        (Some(_), Some(Err(no_answer))) if no_answer.blame().is_some() => Vec::new(),
        (Some(server), Some(Err(no_answer))) => vec![CHECK.finding(
            format!(
                "the sccache server (pid {}) at {} gives no answer: {no_answer}",
                server.pid, facts.address
            ),
            // One that does not answer is not to be asked to end.
            Fix::Stop(format!("kill -KILL {}", server.pid)),
        )],
        _ => Vec::new(),
    }
}
