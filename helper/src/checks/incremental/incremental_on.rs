//! Cargo compiles workspace members incrementally, which sccache never caches.

use crate::checks::incremental::incremental_forced;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "incremental-on",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("incremental_on.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let incremental = &facts.cargo.settings.incremental;
    if !incremental.value || incremental_forced::is_said(facts) {
        return Vec::new();
    }
    let finding = CHECK.finding(
        format!(
            "incremental compilation is on ({}): sccache never caches workspace members",
            incremental.origin
        ),
        Fix::Run("export CARGO_INCREMENTAL=0".to_owned()),
    );
    vec![finding.at_places([incremental.origin.clone()])]
}
