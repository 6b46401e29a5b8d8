//! The server lives in a container.

use crate::checks::fixes::own_address;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-other-namespace",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("server_other_namespace.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(listener) = &facts.server.listener else {
        return Vec::new();
    };
    let who = match &listener.process {
        Some(process) if process.sees_our_directory == Some(false) => {
            format!("the sccache server (pid {}) does not see this directory", process.pid)
        }
        // Ours, and yet not among the processes that can be seen: it was started in a container with this network.
        None if listener.uid == Some(facts.shell.uid) && listener.is_hidden => {
            format!("the server at {} is in a container", facts.server.address)
        }
        _ => return Vec::new(),
    };
    vec![CHECK.finding(
        format!("{who}: compiles fail, or hang until the server ends by itself"),
        own_address(facts),
    )]
}
