//! Two worktrees build into one directory, and cargo takes the one's code for the other's.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::target::Target;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "target-dir-shared",
    severity: Severity::Error,
    effect: Effect::WrongResults,
    explanation: include_str!("target_dir_shared.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(target) = &facts.cargo.target else {
        return Vec::new();
    };
    let dir = target.dir.value.display();
    let origin = &target.dir.origin;
    let (severity, why) = if let Some(other) = target.shared_with.first() {
        (Severity::Error, format!("is also the worktree {}'s", other.display()))
    } else if let Some(other) = target.built_by.first() {
        (
            Severity::Error,
            format!("was built into from the worktree {}, too", other.display()),
        )
    } else if let Some(other) = target.named_for.first().filter(|_| !facts.shell.env.is_ci()) {
        let why = format!("is the worktree {}'s too, if its shell has the same", other.display());
        (Severity::Warning, why)
    } else {
        return Vec::new();
    };
    let finding = CHECK.finding(
        format!(
            "cargo's target directory {dir} ({origin}) {why}: cargo judges by file times and takes that worktree's code for this one's"
        ),
        fix(target),
    );
    vec![finding.at(severity).at_places([origin.clone()])]
}

fn fix(target: &Target) -> Fix {
    match &target.dir.origin {
        Origin::Env(name) => Fix::Run(format!("unset {name}")),
        Origin::File(path, line) => Fix::Do(format!(
            "remove the line {}:{line}, or name a directory inside the worktree",
            path.display()
        )),
        Origin::Default => Fix::Do(format!(
            "replace the link {} by a directory",
            target.link.as_ref().unwrap_or(&target.dir.value).display()
        )),
    }
}
