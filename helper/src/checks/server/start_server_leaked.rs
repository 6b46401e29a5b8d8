//! A variable of the server's own in the environment.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "start-server-leaked",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("start_server_leaked.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_START_SERVER";

fn run(facts: &Facts) -> Vec<Finding> {
    // Any other value means nothing to sccache (its `src/cmdline.rs`, `try_parse`).
    if facts.shell.env.text(VARIABLE).as_deref() != Some("1") {
        return Vec::new();
    }
    vec![CHECK.of_variable(
        VARIABLE,
        format!("{VARIABLE}=1 is set: sccache takes every compile for the start of a server, and fails"),
        Fix::Run(format!("unset {VARIABLE}")),
    )]
}
