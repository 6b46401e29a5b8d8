//! A variable that makes sccache compile everything.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-bypassed",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("cache_bypassed.md"),
    run,
};

/// The variables, and what each makes of the cache.
const VARIABLES: [(&str, &str); 2] = [
    ("SCCACHE_RECACHE", "nothing is taken from the cache"),
    ("SCCACHE_NO_CACHE", "nothing is taken from the cache or stored"),
];

fn run(facts: &Facts) -> Vec<Finding> {
    let finding = |(name, result): (&'static str, &str)| {
        let value = facts.shell.env.text(name)?;
        let what = format!("{name}=`{value}` is set, and any value counts: {result}");
        Some(CHECK.of_variable(name, what, Fix::Run(format!("unset {name}"))))
    };
    VARIABLES.into_iter().filter_map(finding).collect()
}
