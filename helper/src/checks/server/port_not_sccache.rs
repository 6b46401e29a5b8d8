//! Somebody else sits where the server should be.

use crate::checks::fixes::own_address;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "port-not-sccache",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("port_not_sccache.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(listener), Some(Err(no_answer))) = (&facts.server.listener, &facts.server.running) else {
        return Vec::new();
    };
    let process = listener.process.as_ref();
    // A server whose own command line says that it is sccache is merely slow, or of another version.
    if facts.server.process().is_some() {
        return Vec::new();
    }
    let who = process.map_or_else(
        || "something that is not sccache".to_owned(),
        |process| format!("{} (pid {}), which is not an sccache server", process.name, process.pid),
    );
    vec![CHECK.finding(
        format!(
            "{} is held by {who}: asked, {no_answer}; every build will hang or fail",
            facts.server.address
        ),
        own_address(facts),
    )]
}
