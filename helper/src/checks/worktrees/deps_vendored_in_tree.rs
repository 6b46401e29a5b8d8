//! Dependencies that lie in the worktree.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "deps-vendored-in-tree",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("deps_vendored_in_tree.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(root) = facts.worktree_to_itself().filter(|_| facts.caches_rust()) else {
        return Vec::new();
    };
    match facts.cargo.settings.vendored.iter().find(|dir| dir.value.starts_with(root)) {
        Some(dir) => vec![CHECK
            .finding(
            format!(
                "vendored dependencies have this worktree in their path ({}, by {}): every other worktree compiles them anew",
                dir.value.display(),
                dir.origin
            ),
            Fix::Do(
                "leave the vendored source out of development shells, or name a directory outside of the worktrees by its whole path".to_owned(),
            ),
        )
        .at_places([dir.origin.clone()])],
        None => Vec::new(),
    }
}
