//! What the running server counted that was not cached: errors, and reasons that can be avoided.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Stats;
use crate::finding::{Finding, Fix, Severity};
use crate::reasons::{self, Kind};

pub(in crate::checks) const CHECK: Check = Check {
    id: "stats-uncached",
    severity: Severity::Info,
    effect: Effect::Counted,
    explanation: include_str!("stats_uncached.md"),
    run,
};

/// Fewer calls say nothing.
const ENOUGH: u64 = 50;

/// One in so many calls is worth a word.
const SHARE: u64 = 10;

fn run(facts: &Facts) -> Vec<Finding> {
    let stats = facts.server.running().map(|running| &running.stats);
    let Some(stats) = stats.filter(|stats| stats.compile_requests >= ENOUGH) else {
        return Vec::new();
    };
    errors(stats).into_iter().chain(avoidable(stats)).collect()
}

fn finding(what: String) -> Finding {
    CHECK.finding(what, Fix::Do("see what it counted: sccache-shell stats".to_owned()))
}

fn errors(stats: &Stats) -> Option<Finding> {
    let problems: Vec<String> = problems(stats).into_iter().flatten().collect();
    let first = problems.first()?;
    let finding = finding(format!("the running sccache server counted {first}"));
    Some(finding.with_detail(problems.iter().skip(1).cloned()))
}

fn avoidable(stats: &Stats) -> Option<Finding> {
    // Incremental compiles have a check of their own, once they are still on.
    let avoidable = stats
        .not_cached
        .iter()
        .filter(|(key, _)| reasons::explain(key).kind == Kind::Avoidable && *key != "incremental");
    let mut often: Vec<(&String, u64)> = avoidable.map(|(key, count)| (key, *count)).collect();
    often.retain(|(_, count)| count * SHARE >= stats.compile_requests);
    often.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let (key, count) = often.first()?;
    let finding = finding(format!(
        "{count} of {} calls were not cacheable because of {} (`{key}`)",
        stats.compile_requests,
        reasons::explain(key).words
    ));
    let lines = often
        .iter()
        .map(|(key, count)| format!("{count}: {} (`{key}`)", reasons::explain(key).words));
    Some(finding.with_detail(lines))
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
