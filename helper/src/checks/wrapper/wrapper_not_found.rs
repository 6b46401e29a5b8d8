//! Cargo's wrapper is not there.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "wrapper-not-found",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("wrapper_not_found.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(wrapper) = &facts.cargo.wrapper else {
        return Vec::new();
    };
    if wrapper.value.as_os_str().is_empty() || facts.find_program(&wrapper.value).is_some() {
        return Vec::new();
    }
    let finding = CHECK.finding(
        format!(
            "the rustc wrapper `{}` from {} cannot be started: every build fails",
            wrapper.value.display(),
            wrapper.origin
        ),
        // Without an sccache at all, no wrapper is the one that works.
        Fix::Run(if facts.find_program("sccache".as_ref()).is_some() {
            "export RUSTC_WRAPPER=sccache".to_owned()
        } else {
            "export RUSTC_WRAPPER=".to_owned()
        }),
    );
    vec![finding.at_places([wrapper.origin.clone()])]
}
