//! An sccache that the normal form was not tried with.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Answer;
use crate::finding::{Finding, Fix, Severity};
use crate::form::versions;

pub(in crate::checks) const CHECK: Check = Check {
    id: "sccache-untried",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("sccache_untried.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let version = facts
        .server
        .running()
        .and_then(Answer::version)
        .or_else(|| facts.sccache.planned()?.version());
    match version {
        Some(version) if facts.wrapper_is_ours() && !versions::is_tried(version) => vec![CHECK.finding(
            format!("the wrapper was not tried with sccache {version}, and leaves each compile of Rust to it as it is"),
            Fix::Do(format!(
                "use sccache {} (`sccache-shell.package` in the flake)",
                versions::tried_text()
            )),
        )],
        _ => Vec::new(),
    }
}
