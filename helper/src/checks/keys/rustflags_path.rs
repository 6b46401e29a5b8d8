//! Compiler flags that name this worktree.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "rustflags-path",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("rustflags_path.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(root) = facts.worktree_to_itself().filter(|_| facts.caches_rust()) else {
        return Vec::new();
    };
    let root = format!("{}", root.display());
    let words = facts.cargo.settings.rustflags.iter();
    // Search paths are left out of the key.
    let named = words.filter(|word| !word.value.starts_with("-L") && names(&word.value, &root));
    let mut named = named.peekable();
    let Some(first) = named.peek() else {
        return Vec::new();
    };
    let fix = if first.origin.is_env() {
        Fix::Run(format!("unset {}", first.origin))
    } else {
        Fix::Do(format!("remove the flag from {}", first.origin))
    };
    let what = format!(
        "the rustc flag `{}` from {} names this worktree: no other one shares a Rust hit",
        first.value, first.origin
    );
    vec![CHECK.finding(what, fix).at_places([first.origin.clone()])]
}

/// The directory itself or something below it, not one whose name only begins like it.
fn names(word: &str, root: &str) -> bool {
    word.match_indices(root).any(|(at, _)| {
        let after = word[at + root.len()..].chars().next();
        after.is_none_or(|c| !(c.is_alphanumeric() || "-_.".contains(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_directory() {
        assert!(names("--remap-path-prefix=/w/a=", "/w/a"));
        assert!(names("-Clink-arg=/w/a/x.o", "/w/a"));
        assert!(names("/w/a", "/w/a"));
        assert!(!names("-Clink-arg=/w/ab", "/w/a"));
        assert!(!names("-Clink-arg=/w/a-b/x", "/w/a"));
    }
}
