//! Incremental compilation is switched off, but not as everywhere else.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "incremental-spelling",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("incremental_spelling.md"),
    run,
};

const VARIABLE: &str = "CARGO_INCREMENTAL";

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(value) = facts.shell.own.text(VARIABLE) else {
        return Vec::new();
    };
    // 1 is another check's, and our wrapper takes the variable out of the key.
    if matches!(value.as_str(), "0" | "1") || !facts.caches_rust_plainly() {
        return Vec::new();
    }
    vec![CHECK.of_variable(
        VARIABLE,
        format!("{VARIABLE}=`{value}` switches it off as 0 does, but gives every Rust crate a different key"),
        Fix::Run(format!("export {VARIABLE}=0")),
    )]
}
