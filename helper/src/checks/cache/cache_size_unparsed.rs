//! A size in the environment that sccache silently ignores.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::size::Size;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-size-unparsed",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("cache_size_unparsed.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_CACHE_SIZE";

fn run(facts: &Facts) -> Vec<Finding> {
    match facts.shell.env.text(VARIABLE).map(|text| text.parse::<Size>()) {
        Some(Err(error)) => vec![CHECK.of_variable(
            VARIABLE,
            format!("{VARIABLE} is ignored: {error}"),
            Fix::Run(format!("unset {VARIABLE}")),
        )],
        Some(Ok(_)) | None => Vec::new(),
    }
}
