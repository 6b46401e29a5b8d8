//! An sccache that restores another worktree's dep-info.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Answer;
use crate::finding::{Finding, Fix, Severity};
use crate::version::Version;

pub(in crate::checks) const CHECK: Check = Check {
    id: "version-too-old-for-sharing",
    severity: Severity::Info,
    effect: Effect::WrongResults,
    explanation: include_str!("version_too_old_for_sharing.md"),
    run,
};

/// The first version that writes dep-info anew for each hit (its `src/compiler/rust.rs`).
const MENDED: Version = Version(0, 19, 0);

fn run(facts: &Facts) -> Vec<Finding> {
    let others = facts
        .repository
        .git
        .iter()
        .flat_map(|repository| repository.others())
        .count();
    let version = facts
        .server
        .running()
        .and_then(Answer::version)
        .or_else(|| facts.sccache.planned()?.version());
    match version {
        Some(version) if version < MENDED && others > 0 && facts.caches_rust_plainly() => vec![CHECK.finding(
            format!(
                "sccache {version} gives a hit the dep-info of the worktree that compiled it: cargo may rebuild too much, or too little"
            ),
            Fix::Do(format!("use sccache {MENDED} or later (`sccache-shell.package` in the flake)")),
        )],
        _ => Vec::new(),
    }
}
