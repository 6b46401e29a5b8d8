//! A file of cargo's that cannot be read.

use super::Check;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity, quote};

pub(super) const CHECK: Check = Check {
    id: "cargo-config-invalid",
    severity: Severity::Error,
    explanation: include_str!("cargo_config_invalid.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let broken = facts.cargo.broken.iter();
    broken
        .map(|broken| {
            let path = broken.path.display();
            let place = broken
                .line
                .map_or_else(|| path.to_string(), |line| format!("{path}:{line}"));
            CHECK.finding(
                format!("cargo cannot read {place}: {}", broken.why),
                Fix::Run(format!("\"${{EDITOR:-vi}}\" {}", quote(&broken.path.to_string_lossy()))),
            )
        })
        .collect()
}
