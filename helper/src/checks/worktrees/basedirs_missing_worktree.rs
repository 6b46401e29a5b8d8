//! A worktree that the base directories leave out.

use std::path::Path;

use crate::checks::origins;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "basedirs-missing-worktree",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("basedirs_missing_worktree.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(repository) = facts
        .repository
        .git
        .as_ref()
        .filter(|repository| repository.others().next().is_some())
    else {
        return Vec::new();
    };
    let Some(answer) = facts
        .server
        .running()
        .or(facts.sccache.planned())
        .filter(|answer| !answer.basedirs.is_empty())
    else {
        return Vec::new();
    };
    // A directory around them all cuts off the same of each, and their own names stay.
    let is_covered = |worktree: &Path| answer.basedirs.iter().any(|dir| Path::new(dir) == worktree);
    let Some(missing) = repository.worktrees.iter().find(|worktree| !is_covered(worktree)) else {
        return Vec::new();
    };
    let all: Vec<String> = repository
        .worktrees
        .iter()
        .map(|worktree| worktree.display().to_string())
        .collect();
    let origin = origins::basedirs(facts);
    let place = origin
        .as_ref()
        .map(Origin::to_string)
        .or_else(|| facts.sccache.config_path());
    let finding = CHECK.finding(
        format!(
            "basedirs ({}) leave out the worktree {}: it shares no C object with the others",
            answer.basedirs.join(":"),
            missing.display()
        ),
        Fix::Do(format!(
            "add it: basedirs = {all:?} in {}, then restart the server",
            place.unwrap_or_default()
        )),
    );
    vec![finding.at_places(origin)]
}
