//! A target directory that is part of every Rust key.

use std::path::Path;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cargo-target-dir-env",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("cargo_target_dir_env.md"),
    run,
};

const VARIABLES: [&str; 3] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"];

fn run(facts: &Facts) -> Vec<Finding> {
    let set = VARIABLES
        .iter()
        .find_map(|name| Some((*name, facts.shell.own.path(name)?)));
    let Some((name, dir)) = set.filter(|_| facts.caches_rust_plainly()) else {
        return Vec::new();
    };
    let finding = CHECK.of_variable(
        name,
        format!(
            "{name}={} is in the key of every Rust crate: shells with a different value share no hits",
            dir.display()
        ),
        Fix::Run(format!("unset {name}")),
    );
    vec![if is_of_this_worktree(facts, dir) {
        finding
    } else {
        finding.at(Severity::Info)
    }]
}

/// A directory of this worktree's own is another one in the next; any other may be the same for all.
fn is_of_this_worktree(facts: &Facts, dir: &Path) -> bool {
    facts.worktree_to_itself().is_some_and(|root| dir.starts_with(root))
}
