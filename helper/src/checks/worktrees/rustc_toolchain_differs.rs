//! Worktrees built by different compilers.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "rustc-toolchain-differs",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("rustc_toolchain_differs.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(built) = facts.cargo.built.as_ref().filter(|_| facts.caches_rust()) else {
        return Vec::new();
    };
    let Some(ours) = &built.units.rustc else {
        return Vec::new();
    };
    let siblings = facts.repository.siblings.iter();
    let built = siblings.filter_map(|other| Some((&other.worktree, other.rustc.as_ref()?)));
    let others: Vec<_> = built.filter(|(_, rustc)| *rustc != ours).collect();
    let Some((worktree, rustc)) = others.first() else {
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
            .with_detail(others.iter().map(|(worktree, rustc)| format!("{}: rustc {rustc}", worktree.display()))),
    ]
}
