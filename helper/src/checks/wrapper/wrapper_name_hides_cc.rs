//! A name by which C code stays uncached.

use std::ffi::OsStr;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "wrapper-name-hides-cc",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("wrapper_name_hides_cc.md"),
    run,
};

/// By what file stem the cc crate takes a rustc wrapper for a C compiler's as well (cc 1.4, `src/lib.rs`).
const KNOWN: [&str; 4] = ["sccache", "cachepot", "buildcache", "kache"];

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(wrapper) = &facts.cargo.wrapper else {
        return Vec::new();
    };
    let is_known = wrapper
        .value
        .file_stem()
        .is_none_or(|stem| KNOWN.map(OsStr::new).contains(&stem));
    if is_known || !facts.wrapper_calls_sccache {
        return Vec::new();
    }
    let finding = CHECK.finding(
        format!(
            "the rustc wrapper `{}` from {} calls sccache, but is not named so: C code of build scripts is not cached",
            wrapper.value.display(),
            wrapper.origin
        ),
        Fix::Run("export RUSTC_WRAPPER=sccache".to_owned()),
    );
    vec![finding.at_places([wrapper.origin.clone()])]
}
