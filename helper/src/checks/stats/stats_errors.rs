//! Errors that the running server counted.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Stats;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "stats-errors",
    severity: Severity::Info,
    effect: Effect::Counted,
    explanation: include_str!("stats_errors.md"),
    run,
};

/// Fewer calls say nothing.
const ENOUGH: u64 = 50;

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(stats) = facts
        .running()
        .map(|running| &running.stats)
        .filter(|stats| stats.compile_requests >= ENOUGH)
    else {
        return Vec::new();
    };
    let problems: Vec<String> = problems(stats).into_iter().flatten().collect();
    let Some(first) = problems.first() else {
        return Vec::new();
    };
    vec![
        CHECK
            .finding(
                format!("the running sccache server counted {first}"),
                Fix::Do("see what it counted: sccache-shell stats".to_owned()),
            )
            .with_detail(problems.iter().skip(1).cloned()),
    ]
}

fn problems(stats: &Stats) -> [Option<String>; 7] {
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
            "of a compiler that it does not know, or could not ask",
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
