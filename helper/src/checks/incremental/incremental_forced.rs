//! Incremental compilation is asked for in the one way that sccache refuses.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "incremental-forced",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("incremental_forced.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    if !is_said(facts) {
        return Vec::new();
    }
    vec![CHECK.of_variable(
        VARIABLE,
        format!("{VARIABLE}=1: sccache refuses every compile"),
        Fix::Run(format!("export {VARIABLE}=0")),
    )]
}

const VARIABLE: &str = "CARGO_INCREMENTAL";

/// Only `1` is refused, and CARGO_BUILD_INCREMENTAL=1 ends cargo itself before. Our wrapper does not hand the
/// variable on, so behind it this is `incremental-on` alone.
pub(in crate::checks) fn is_said(facts: &Facts) -> bool {
    facts.shell.env.text(VARIABLE).as_deref() == Some("1") && facts.caches_rust() && !facts.wrapper_is_ours()
}
