//! A cache that sccache cannot set up.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "storage-unusable",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("storage_unusable.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    // sccache reports no place at all where it could not make the storage (its `src/commands.rs`, `empty_server_info`).
    let has_no_place = |answer: &crate::facts::answer::Answer| answer.cache_location.as_deref() == Some("");
    if facts.server.running.is_some() || !facts.sccache.planned().is_some_and(has_no_place) {
        return Vec::new();
    }
    vec![CHECK.finding(
        "sccache cannot set up the cache that is configured: no server can start, and every build fails".to_owned(),
        Fix::Do("see what is missing: sccache --start-server".to_owned()),
    )]
}
