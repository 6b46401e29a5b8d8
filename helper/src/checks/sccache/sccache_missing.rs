//! No sccache to be found.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "sccache-missing",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("sccache_missing.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    match facts.sccache.program {
        Some(_) => Vec::new(),
        None => vec![CHECK.finding(
            "no sccache beside our wrapper or on PATH: nothing is cached".to_owned(),
            Fix::Do("enter the dev shell whose flake imports sccache-shell, or install sccache".to_owned()),
        )],
    }
}
