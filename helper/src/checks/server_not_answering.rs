//! The server is sccache's, but it does not answer.

use super::{Check, stop_server};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

pub(super) const CHECK: Check = Check {
    id: "server-not-answering",
    severity: Severity::Warning,
    explanation: include_str!("server_not_answering.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let process = facts.listener.as_ref().and_then(|listener| listener.process.as_ref());
    match (process, &facts.running) {
        (Some(process), Some(Err(no_answer))) if process.is_sccache == Some(true) => vec![CHECK.finding(
            format!(
                "the sccache server (pid {}) at {} gives no answer: {no_answer}",
                process.pid, facts.address
            ),
            stop_server(),
        )],
        _ => Vec::new(),
    }
}
