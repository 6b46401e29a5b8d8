//! Clippy compiles members past the cache.

use super::Check;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(super) const CHECK: Check = Check {
    id: "clippy-uncached",
    severity: Severity::Info,
    explanation: include_str!("clippy_uncached.md"),
    run,
};

/// Fewer calls say nothing.
const ENOUGH: u64 = 50;

/// What clippy's calls of rustc are not cached for (sccache's `src/compiler/rust.rs`).
const REASONS: [&str; 2] = ["multiple input files", "missing output_dir"];

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(stats) = facts
        .running()
        .map(|running| &running.stats)
        .filter(|stats| stats.compile_requests >= ENOUGH)
    else {
        return Vec::new();
    };
    let count: u64 = REASONS.iter().filter_map(|reason| stats.not_cached.get(*reason)).sum();
    // C compiles with several sources are counted by the same words, but there is no Rust then.
    let has_rust = [&stats.cache_hits, &stats.cache_misses]
        .iter()
        .any(|languages| languages.counts.contains_key("Rust"));
    if count == 0 || !has_rust {
        return Vec::new();
    }
    vec![CHECK.finding(
        format!("{count} calls by clippy were not cacheable: it checks the workspace's own crates anew each time"),
        Fix::Do("nothing: what they depend on is cached".to_owned()),
    )]
}
