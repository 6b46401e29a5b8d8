//! More is in the cache than the next server will keep.

use crate::checks::cache::cache_size;
use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::size::Size;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-exceeds-max",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("cache_exceeds_max.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(used), Some(next)) = (
        facts.cache_used(),
        facts.sccache.planned().and_then(|planned| planned.max_size()),
    ) else {
        return Vec::new();
    };
    let server = facts.server.running();
    let is_scanned = server.is_some_and(|running| running.cache_size.is_some());
    // One that has not looked yet deletes with its first compile, too.
    let running = server
        .and_then(|running| running.max_size())
        .filter(|max| !is_scanned && used > *max);
    if let Some(max) = running.filter(|max| *max < next) {
        return vec![CHECK.finding(
            what(used, max, "the running sccache server keeps", facts),
            stop_server(),
        )];
    }
    if used <= next {
        return Vec::new();
    }
    vec![CHECK.finding(
        what(used, next, "the next sccache server keeps", facts),
        cache_size::fix(facts, enough_for(used)),
    )]
}

fn what(used: Size, max: Size, who: &str, facts: &Facts) -> String {
    let dir = facts.sccache.cache_dir_name();
    format!(
        "the cache {dir} holds {used}, {who} {max}: its first compile deletes {}, the oldest first",
        Size(used.0 - max.0)
    )
}

/// The next whole GiB, with room for what is to come.
fn enough_for(used: Size) -> Size {
    const GIB: u64 = 1 << 30;
    Size((used.0 / GIB + 2) * GIB)
}
