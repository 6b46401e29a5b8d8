//! Cargo's wrapper is something else than sccache.

use std::ffi::OsStr;

use crate::checks::wrapper::rust_analyzer_wrapper;
use crate::checks::wrapper::wrapper_renamed;
use crate::checks::{Check, Effect};
use crate::facts::{Facts, real_sccache};
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "wrapper-elsewhere",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("wrapper_elsewhere.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(wrapper) = &facts.cargo.wrapper else {
        return Vec::new();
    };
    let is_sccache = wrapper.value.file_stem() == Some(OsStr::new(real_sccache::NAME));
    let is_by_another_name = wrapper_renamed::is_it(facts) || facts.wrapper_calls_sccache;
    let is_the_editors = rust_analyzer_wrapper::is_it(facts);
    if is_sccache || is_by_another_name || is_the_editors || facts.find_program(&wrapper.value).is_none() {
        return Vec::new();
    }
    let finding = CHECK.finding(
        format!(
            "the rustc wrapper is `{}` from {}, not sccache: it is left as it is, and sccache caches no Rust crate",
            wrapper.value.display(),
            wrapper.origin
        ),
        Fix::Run("export RUSTC_WRAPPER=sccache".to_owned()),
    );
    vec![finding.at_places([wrapper.origin.clone()])]
}
