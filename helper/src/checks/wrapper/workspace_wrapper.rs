//! A wrapper for workspace members that sccache takes for a compiler.

use std::ffi::OsStr;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "workspace-wrapper",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("workspace_wrapper.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(wrapper) = &facts.cargo.settings.workspace_wrapper else {
        return Vec::new();
    };
    let known = ["rustc", "clippy-driver"].map(OsStr::new);
    let is_known = wrapper.value.file_stem().is_none_or(|stem| known.contains(&stem));
    if is_known || !facts.caches_rust_plainly() {
        return Vec::new();
    }
    let fix = if wrapper.origin.is_env() {
        Fix::Run(format!("unset {}", wrapper.origin))
    } else {
        Fix::Do(format!("remove the line {}", wrapper.origin))
    };
    let finding = CHECK.finding(
        format!(
            "the workspace wrapper `{}` from {} is not a compiler that sccache knows: no workspace member can be built",
            wrapper.value.display(),
            wrapper.origin
        ),
        fix,
    );
    vec![finding.at_places([wrapper.origin.clone()])]
}
