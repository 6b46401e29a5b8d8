//! Worktrees built by different compilers.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::siblings::Difference;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "rustc-toolchain-differs",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("rustc_toolchain_differs.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let siblings = facts.repository.siblings.iter().filter(|_| facts.caches_rust());
    let others: Vec<_> = siblings
        .flat_map(|other| other.differences.iter().map(|difference| (&other.worktree, difference)))
        .filter_map(|(worktree, difference)| match difference {
            Difference::Rustc { theirs, ours } => Some((worktree, theirs, ours)),
            _ => None,
        })
        .collect();
    let Some((worktree, rustc, ours)) = others.first() else {
        return Vec::new();
    };
    vec![
        CHECK
            .finding(
                format!(
                    "this worktree was last built by rustc {ours}, {} by {rustc}: they share no Rust hit",
                    worktree.display()
                ),
                Fix::Do("pin one toolchain for both (rust-toolchain.toml, or one flake.lock), if the difference is not meant".to_owned()),
            )
            .with_detail(others.iter().map(|(worktree, rustc, _)| format!("{}: rustc {rustc}", worktree.display()))),
    ]
}
