//! Clippy compiles members past the cache, where it is told rustc's path.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "clippy-uncached",
    severity: Severity::Info,
    effect: Effect::Counted,
    explanation: include_str!("clippy_uncached.md"),
    run,
};

/// Fewer calls say nothing.
const ENOUGH: u64 = 50;

/// What such calls are not cached for: sccache knows `clippy-driver rustc …` and passes the bare word over, but a path
/// there is a second source to it (its `src/compiler/rust.rs`, `parse_arguments`).
const REASON: &str = "multiple input files";

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(stats) = facts
        .server
        .running()
        .map(|running| &running.stats)
        .filter(|stats| stats.compile_requests >= ENOUGH)
    else {
        return Vec::new();
    };
    // C compiles with several sources are counted by the same words, but there is no Rust then.
    let has_rust = [&stats.cache_hits, &stats.cache_misses]
        .iter()
        .any(|languages| languages.counts.contains_key("Rust"));
    let Some(count) = stats.not_cached.get(REASON).filter(|count| **count > 0 && has_rust) else {
        return Vec::new();
    };
    let rustc = facts.cargo.settings.rustc.as_ref();
    let named = rustc.filter(|rustc| rustc.value.components().count() > 1);
    let (by, fix) = match named {
        Some(rustc) => (
            format!(" ({})", rustc.origin),
            "name it by the bare word `rustc` there, where that is the same one on PATH",
        ),
        None => (
            String::new(),
            "`export RUSTC=rustc` keeps rustup's cargo from that; what members depend on is cached either way",
        ),
    };
    let what = format!("{count} calls by clippy were not cacheable: cargo names rustc to it by a path{by}");
    vec![
        CHECK
            .finding(what, Fix::Do(fix.to_owned()))
            .at_places(named.map(|rustc| rustc.origin.clone())),
    ]
}
