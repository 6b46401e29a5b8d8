//! Cargo remembers that the wrapper failed once.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity, quote};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cargo-cached-wrapper-failure",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("cargo_cached_wrapper_failure.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some((target, words)) = facts
        .cargo
        .target
        .as_ref()
        .and_then(|target| Some((target, target.remembered_failure.as_ref()?)))
    else {
        return Vec::new();
    };
    let path = &target.rustc_info;
    vec![CHECK.finding(
        format!("cargo remembers an old failure of sccache and repeats it, whatever was fixed since: {words}"),
        Fix::Run(format!("rm {}", quote(&path.to_string_lossy()))),
    )]
}
