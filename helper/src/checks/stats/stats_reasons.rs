//! Reasons for not caching that can be avoided.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::reasons::{self, Kind};

pub(in crate::checks) const CHECK: Check = Check {
    id: "stats-reasons",
    severity: Severity::Info,
    effect: Effect::Counted,
    explanation: include_str!("stats_reasons.md"),
    run,
};

/// Fewer calls say nothing.
const ENOUGH: u64 = 50;

/// One in so many calls is worth a word.
const SHARE: u64 = 10;

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(stats) = facts
        .running()
        .map(|running| &running.stats)
        .filter(|stats| stats.compile_requests >= ENOUGH)
    else {
        return Vec::new();
    };
    // Incremental compiles have a check of their own, once they are still on.
    let avoidable = stats
        .not_cached
        .iter()
        .filter(|(key, _)| reasons::explain(key).kind == Kind::Avoidable && *key != "incremental");
    let mut often: Vec<(&String, u64)> = avoidable.map(|(key, count)| (key, *count)).collect();
    often.retain(|(_, count)| count * SHARE >= stats.compile_requests);
    often.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let Some((key, count)) = often.first() else {
        return Vec::new();
    };
    vec![
        CHECK
            .finding(
                format!(
                    "{count} of {} calls were not cacheable because of {} (`{key}`)",
                    stats.compile_requests,
                    reasons::explain(key).words
                ),
                Fix::Do("see what it counted: sccache-shell stats".to_owned()),
            )
            .with_detail(
                often
                    .iter()
                    .map(|(key, count)| format!("{count}: {} (`{key}`)", reasons::explain(key).words)),
            ),
    ]
}
