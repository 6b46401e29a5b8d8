//! A cargo home that others do not have.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cargo-home-per-project",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("cargo_home_per_project.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(home) = facts
        .cargo
        .settings
        .home
        .as_ref()
        // CI services keep what lies in the checkout from one run to the next, and it lies at one path.
        .filter(|home| home.origin.is_env() && facts.caches_rust() && !facts.shell.env.is_ci())
    else {
        return Vec::new();
    };
    let user_home = facts.shell.env.path("HOME");
    let dir = home.value.as_path();
    let is_temporary = dir.starts_with("/tmp") && !user_home.is_some_and(|home| home.starts_with("/tmp"));
    let why = if facts.worktree_to_itself().is_some_and(|root| dir.starts_with(root)) {
        "lies in the worktree"
    } else if is_temporary {
        "lies below /tmp"
    } else if facts.cargo.home_is_alias {
        "is a different name for ~/.cargo"
    } else {
        return Vec::new();
    };
    vec![CHECK.of_variable("CARGO_HOME",
        format!(
            "CARGO_HOME={} {why}: the sources' paths are in every Rust key, so shells with a different one share no hit",
            dir.display()
        ),
        Fix::Run("unset CARGO_HOME".to_owned()),
    )]
}
