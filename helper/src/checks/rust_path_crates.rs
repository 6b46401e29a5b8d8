//! Members compile once per worktree.

use super::Check;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(super) const CHECK: Check = Check {
    id: "rust-path-crates",
    severity: Severity::Info,
    explanation: include_str!("rust_path_crates.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let others = facts
        .repository
        .iter()
        .flat_map(|repository| repository.others())
        .count();
    let deep = facts.deep.as_ref();
    let has_built_elsewhere = deep.is_some_and(|deep| deep.siblings.iter().any(|other| other.rustc.is_some()));
    if others == 0 || !has_built_elsewhere || facts.cargo.manifest.is_none() || !facts.caches_rust() {
        return Vec::new();
    }
    vec![CHECK.finding(
        format!(
            "{} worktrees: crates from registries and git are shared, the workspace's own compile once in each",
            others + 1
        ),
        Fix::Do("nothing: this is how sccache's keys are made".to_owned()),
    )]
}
