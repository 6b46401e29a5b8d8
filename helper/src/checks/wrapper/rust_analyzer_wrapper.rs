//! rust-analyzer in the place of the wrapper.

use std::ffi::OsStr;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "rust-analyzer-wrapper",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("rust_analyzer_wrapper.md"),
    run,
};

/// What rust-analyzer sets for itself, beside RUSTC_WRAPPER (its `crates/project-model/src/build_dependencies.rs, `wrap_rustc_in_build_scripts``).
const MARK: &str = "RA_RUSTC_WRAPPER";

fn run(facts: &Facts) -> Vec<Finding> {
    if !is_it(facts) {
        return Vec::new();
    }
    vec![CHECK.finding(
        "rust-analyzer has set RUSTC_WRAPPER to itself for this process: what it builds here goes past sccache".to_owned(),
        Fix::Do(
            "nothing in this shell is wrong; `\"rust-analyzer.cargo.buildScripts.useRustcWrapper\": false` in the editor's settings leaves the wrapper alone"
                .to_owned(),
        ),
    )]
}

/// Whether cargo's wrapper is rust-analyzer, by its own doing.
pub(in crate::checks) fn is_it(facts: &Facts) -> bool {
    let wrapper = facts.cargo.wrapper.as_ref().filter(|wrapper| wrapper.origin.is_env());
    let is_named_so = wrapper.is_some_and(|wrapper| wrapper.value.file_stem() == Some(OsStr::new("rust-analyzer")));
    is_named_so && facts.shell.get(MARK).is_some()
}
