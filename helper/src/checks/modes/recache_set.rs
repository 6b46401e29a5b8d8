//! SCCACHE_RECACHE is set, and any value counts.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "recache-set",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("recache_set.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_RECACHE";

fn run(facts: &Facts) -> Vec<Finding> {
    match facts.env.text(VARIABLE) {
        Some(value) => vec![CHECK.finding(
            format!("{VARIABLE}=`{value}` is set, and any value counts: nothing is taken from the cache"),
            Fix::Run(format!("unset {VARIABLE}")),
        )],
        None => Vec::new(),
    }
}
