//! The server is sccache's, but it does not answer.

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::version::Version;

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-not-answering",
    severity: Severity::Warning,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("server_not_answering.md"),
    run,
};

/// The first server that knows what a client of 0.19 asks it.
const UNDERSTANDS: Version = Version(0, 17, 0);

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(server) = facts.server.process() else {
        return Vec::new();
    };
    match (facts.server.silent_version, &facts.server.running) {
        (Some(version), _) if version < UNDERSTANDS => vec![CHECK.finding(
            format!(
                "the running sccache server (pid {}) is version {version} and does not understand this one: neither its statistics nor its settings can be read",
                server.pid
            ),
            stop_server(),
        )],
        // Where it is this shell's sccache that fails before it asks, nothing is wrong with the server.
        (_, Some(Err(no_answer))) if no_answer.blame().is_none() => vec![CHECK.finding(
            format!(
                "the sccache server (pid {}) at {} gives no answer: {no_answer}",
                server.pid, facts.server.address
            ),
            // One that does not answer is not to be asked to end.
            Fix::Stop(format!("kill -KILL {}", server.pid)),
        )],
        _ => Vec::new(),
    }
}
