//! A worktree inside another one reads both config files, and cargo joins their lists of flags.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "rustflags-joined",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("rustflags_joined.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(repository) = facts.repository.git.as_ref().filter(|_| facts.caches_rust()) else {
        return Vec::new();
    };
    let Some(outer) = repository.enclosing() else {
        return Vec::new();
    };
    let origins = || facts.cargo.settings.rustflags.iter().map(|flag| &flag.origin);
    let in_file =
        |origin: &&Origin, dir: &std::path::Path| matches!(origin, Origin::File(path, _) if path.starts_with(dir));
    let is_own = |origin: &&Origin| in_file(origin, &repository.root);
    let outers = origins().find(|origin| in_file(origin, outer) && !is_own(origin));
    // Without flags of its own it has those that the outer one has.
    let (Some(theirs), Some(own)) = (outers, origins().find(is_own)) else {
        return Vec::new();
    };
    let outer = outer.display();
    let finding = CHECK.finding(
        format!(
            "cargo joins the rustflags of {theirs} and {own}, since this worktree lies in {outer}: no crate is shared with the other worktrees"
        ),
        Fix::Do(format!(
            "write the flags as one text, of which cargo takes the nearest alone, or keep the worktree outside of {outer}"
        )),
    );
    vec![finding.at_places([theirs.clone(), own.clone()])]
}
