//! Variables that are part of every Rust key.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::key::cargo_env::is_in_every_key;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cargo-env-in-key",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("cargo_env_in_key.md"),
    run,
};

/// Each of these has a check of its own.
const SAID_ELSEWHERE: [&str; 6] = [
    "CARGO_HOME",
    "CARGO_INCREMENTAL",
    "CARGO_BUILD_INCREMENTAL",
    "CARGO_TARGET_DIR",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_BUILD_BUILD_DIR",
];

fn run(facts: &Facts) -> Vec<Finding> {
    let own = facts.variables_of_this_worktree();
    if !own.is_empty() {
        let (verb, hold) = if own.len() == 1 {
            ("is", "holds")
        } else {
            ("are", "hold")
        };
        let (crates, lost) = if facts.wrapper_is_ours() {
            (
                "each Rust crate that uses another",
                "every other worktree compiles those anew",
            )
        } else {
            ("every Rust crate", "no other worktree shares a hit")
        };
        return vec![CHECK.finding(
            format!(
                "{} {verb} in the key of {crates} and {hold} this worktree's path: {lost}",
                own.join(", ")
            ),
            Fix::Do("name the directory from the workspace's root, without its path, or give the variable to the programs alone that read it".to_owned()),
        )];
    }
    if !facts.caches_rust_plainly() {
        return Vec::new();
    }
    let names: Vec<&str> = facts
        .shell
        .env
        .names()
        .filter_map(|name| name.to_str())
        .filter(|name| is_in_every_key(name) && !SAID_ELSEWHERE.contains(name))
        .collect();
    if names.is_empty() {
        return Vec::new();
    }
    // Names alone: the values may be tokens.
    let finding = CHECK.finding(
        format!(
            "{} {} in the key of every Rust crate: shells that have other values share no hits",
            names.join(", "),
            if names.len() == 1 { "is" } else { "are" }
        ),
        Fix::Do("put the setting into .cargo/config.toml, or see that every shell has the same".to_owned()),
    );
    vec![finding]
}
