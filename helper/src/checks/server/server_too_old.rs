//! A server too old for this client.

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::version::Version;

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-too-old",
    severity: Severity::Warning,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("server_too_old.md"),
    run,
};

/// The first server that knows what a client of 0.19 asks it.
const UNDERSTANDS: Version = Version(0, 17, 0);

fn run(facts: &Facts) -> Vec<Finding> {
    match (facts.silent_version, facts.server()) {
        (Some(version), Some(server)) if is_too_old(version) => vec![CHECK.finding(
            format!(
                "the running sccache server (pid {}) is version {version} and does not understand this one: neither its statistics nor its settings can be read",
                server.pid
            ),
            stop_server(),
        )],
        _ => Vec::new(),
    }
}

/// Whether a server of this version leaves a newer client without an answer.
pub(in crate::checks) fn is_too_old(version: Version) -> bool {
    version < UNDERSTANDS
}
