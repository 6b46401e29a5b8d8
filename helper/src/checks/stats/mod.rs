//! The running server's statistics.

use crate::facts::Facts;
use crate::facts::answer::Stats;
use crate::finding::{Fix, Problem};
use crate::reasons::{self, Kind};

checks! {
    stats_uncached: Info, Counted;
    clippy_uncached: Info, Counted;
}

/// The statistics, once there are enough calls to judge by.
fn stats(facts: &Facts) -> Option<&Stats> {
    const ENOUGH: u64 = 50;
    let stats = &facts.server.running()?.stats;
    (stats.compile_requests >= ENOUGH).then_some(stats)
}

fn stats_uncached(facts: &Facts) -> Vec<Problem> {
    let Some(stats) = stats(facts) else {
        return Vec::new();
    };
    errors(stats).into_iter().chain(avoidable(stats)).collect()
}

fn uncached(what: String) -> Problem {
    Problem::new(what, Fix::Do("show the statistics: sccache-shell stats".into()))
}

fn errors(stats: &Stats) -> Option<Problem> {
    let mut errors = error_counts(stats).into_iter().flatten();
    let problem = uncached(format!("the running sccache server counted {}", errors.next()?));
    Some(problem.with_detail(errors))
}

fn avoidable(stats: &Stats) -> Option<Problem> {
    /// A reason is reported if it applies to one in this many calls.
    const SHARE: u64 = 10;
    // Incremental compilation has its own check.
    let is_avoidable = |key: &str| reasons::explain(key).kind == Kind::Avoidable && key != "incremental";
    let is_often = |count: u64| count * SHARE >= stats.compile_requests;
    let mut often: Vec<(&String, &u64)> = stats.not_cached.iter().collect();
    often.retain(|(key, count)| is_avoidable(key) && is_often(**count));
    often.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let (key, count) = often.first()?;
    let problem = uncached(format!(
        "{count} of {} calls were not cacheable because of {} (`{key}`)",
        stats.compile_requests,
        reasons::explain(key).words
    ));
    let line = |(key, count): &(&String, &u64)| format!("{count}: {} (`{key}`)", reasons::explain(key).words);
    Some(problem.with_detail(often.iter().map(line)))
}

fn error_counts(stats: &Stats) -> [Option<String>; 7] {
    let counted = |count: u64, [one, many]: [&str; 2], what: &str| {
        let noun = if count == 1 { one } else { many };
        (count > 0).then(|| format!("{count} {noun} {what}"))
    };
    let entries = ["entry", "entries"];
    let compiles = ["compile", "compiles"];
    let looked_up = stats.cache_hits.total() + stats.cache_misses.total();
    [
        counted(
            stats.cache_write_errors,
            entries,
            "that could not be stored: a full disk, a read-only or deleted directory",
        ),
        counted(
            stats.cache_errors.total(),
            compiles,
            "whose lookup failed: a bad cache directory, or one shared by two servers",
        ),
        counted(stats.cache_read_errors, entries, "that could not be read"),
        counted(
            stats.cache_timeouts,
            ["lookup", "lookups"],
            "that took longer than a minute",
        ),
        counted(
            stats.requests_unsupported_compiler,
            ["call", "calls"],
            "of a compiler that it does not know, or could not run",
        ),
        counted(
            stats.forced_recaches,
            compiles,
            "not looked up, because of SCCACHE_RECACHE",
        ),
        (looked_up == 0 && stats.compilations > 0)
            .then(|| format!("{} compiles and looked none up: SCCACHE_NO_CACHE", stats.compilations)),
    ]
}

fn clippy_uncached(facts: &Facts) -> Option<Problem> {
    /// sccache knows `clippy-driver rustc …` and skips the bare word, but takes a path in its place for a second source
    /// (its `src/compiler/rust.rs`, `parse_arguments`).
    const REASON: &str = "multiple input files";
    let stats = stats(facts)?;
    // C compiles with several sources have the same reason, so without any Rust call this is not clippy.
    let languages = [&stats.cache_hits, &stats.cache_misses];
    let has_rust = languages.iter().any(|languages| languages.counts.contains_key("Rust"));
    let count = stats.not_cached.get(REASON).filter(|count| **count > 0 && has_rust)?;
    let rustc = facts.cargo.settings.rustc.as_ref();
    let named = rustc.filter(|rustc| rustc.value.components().count() > 1);
    let (by, fix) = match named {
        Some(rustc) => (
            format!(" ({})", rustc.origin),
            "write the bare word `rustc` there, if the one on PATH is the same",
        ),
        None => (
            String::new(),
            "`export RUSTC=rustc` keeps rustup's cargo from that; dependencies are cached either way",
        ),
    };
    let what = format!("{count} calls by clippy were not cacheable: cargo passes rustc to it by a path{by}");
    let problem = Problem::new(what, Fix::Do(fix.into()));
    Some(problem.at_places(named.map(|rustc| rustc.origin.clone())))
}
