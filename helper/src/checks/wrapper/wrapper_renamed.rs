//! sccache by a name that it does not take for its own.

use std::ffi::OsStr;

use crate::checks::{Check, Effect};
use crate::facts::{Facts, real_sccache};
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "wrapper-renamed",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("wrapper_renamed.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(wrapper) = facts.cargo.wrapper.as_ref().filter(|_| is_it(facts)) else {
        return Vec::new();
    };
    let finding = CHECK.finding(
        format!(
            "the rustc wrapper `{}` from {} is sccache by another name: it takes itself for a compiler of that name, and every build hangs",
            wrapper.value.display(),
            wrapper.origin
        ),
        Fix::Run("export RUSTC_WRAPPER=sccache".to_owned()),
    );
    vec![finding.at_places([wrapper.origin.clone()])]
}

/// Whether cargo's wrapper is a link to an sccache, and not called so itself.
pub(in crate::checks) fn is_it(facts: &Facts) -> bool {
    let stem = Some(OsStr::new(real_sccache::NAME));
    let path = facts.wrapper_path.as_ref();
    let wrapper = facts.cargo.wrapper.as_ref();
    path.is_some_and(|path| path.file_stem() == stem)
        && wrapper.is_some_and(|wrapper| wrapper.value.file_stem() != stem)
}
