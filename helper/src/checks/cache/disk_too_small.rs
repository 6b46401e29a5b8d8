//! The disk is full before the cache is.

use crate::checks::cache::cache_size;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::cache_dir::Kind;
use crate::finding::{Finding, Severity};
use crate::size::Size;

pub(in crate::checks) const CHECK: Check = Check {
    id: "disk-too-small",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("disk_too_small.md"),
    run,
};

const GIB: u64 = 1 << 30;

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(dir), Some(max)) = (
        &facts.sccache.cache_dir,
        facts.sccache.planned().and_then(|planned| planned.max_size()),
    ) else {
        return Vec::new();
    };
    // Memory has limits of another kind, and a check of its own.
    let Some(disk) = dir.file_system.as_ref().filter(|disk| disk.kind != Kind::Volatile) else {
        return Vec::new();
    };
    // What is in the cache already is not free any more; where that is not known, all of the disk is the most.
    let room = facts
        .cache_used()
        .map_or(disk.total, |used| Size(disk.free.0.saturating_add(used.0)));
    if room >= max {
        return Vec::new();
    }
    vec![CHECK.finding(
        format!(
            "sccache's cache {} may grow to {max}, but its disk has room for {room} in all: then nothing is stored any more",
            dir.path.display()
        ),
        cache_size::fix(facts, Size((room.0 / GIB).max(1) * GIB)),
    )]
}
