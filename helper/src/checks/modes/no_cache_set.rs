//! SCCACHE_NO_CACHE is set, and any value counts.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "no-cache-set",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("no_cache_set.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_NO_CACHE";

fn run(facts: &Facts) -> Vec<Finding> {
    match facts.env.text(VARIABLE) {
        Some(value) => vec![CHECK.finding(
            format!("{VARIABLE}=`{value}` is set, and any value counts: nothing is taken from the cache or stored"),
            Fix::Run(format!("unset {VARIABLE}")),
        )],
        None => Vec::new(),
    }
}
