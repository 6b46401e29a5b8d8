//! Cargo calls rustc without a wrapper.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::{Origin, Setting};

pub(in crate::checks) const CHECK: Check = Check {
    id: "wrapper-missing",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("wrapper_missing.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (what, place) = match &facts.cargo.wrapper {
        None => (
            "cargo has no rustc wrapper: no Rust crate is cached".to_owned(),
            Origin::Default,
        ),
        Some(Setting { value, origin }) if value.as_os_str().is_empty() => (
            format!("{origin} is empty, so cargo uses no wrapper: no Rust crate is cached"),
            origin.clone(),
        ),
        Some(_) => return Vec::new(),
    };
    let finding = CHECK.finding(what, Fix::Run("export RUSTC_WRAPPER=sccache".to_owned()));
    vec![finding.at_places([place])]
}
