//! Somebody else could change what the wrapper keeps.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity, quote};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-of-strangers",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("cache_of_strangers.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(found) = facts.shell.stranger.as_ref().filter(|_| facts.wrapper_is_ours()) else {
        return Vec::new();
    };
    let fix = if found.is_mode {
        Fix::Run(format!("chmod go-w {}", quote(&found.path.to_string_lossy())))
    } else {
        Fix::Do(
            "let XDG_CACHE_HOME name a directory of your own, in directories that no other user may write".to_owned(),
        )
    };
    vec![CHECK.finding(
        format!("{found}: the wrapper keeps nothing there, and leaves each compile to plain sccache"),
        fix,
    )]
}
