//! A cache that is too small for anything.

use crate::checks::cache::cache_size;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::size::Size;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-size-tiny",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("cache_size_tiny.md"),
    run,
};

/// Less than one build of a small project.
const LEAST: Size = Size(1 << 30);

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(size) = facts
        .sccache
        .planned()
        .and_then(|planned| planned.max_size())
        .filter(|size| *size < LEAST)
    else {
        return Vec::new();
    };
    // Where the flake wants more, `cache-size` says so.
    if facts.shell.wanted_size.is_some_and(|wanted| wanted > size) {
        return Vec::new();
    }
    let finding = CHECK.finding(
        format!(
            "{} gives the next sccache server {size}, too little for one build",
            cache_size::whose(facts)
        ),
        cache_size::fix(facts, Size(24 << 30)),
    );
    vec![finding.at_places([cache_size::origin(facts)])]
}
