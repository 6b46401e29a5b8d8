//! A file of cargo's that cannot be read.

use crate::cargo::Broken;
use crate::checks::fixes::edit;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cargo-config-invalid",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("cargo_config_invalid.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    facts.cargo.settings.broken.iter().map(finding).collect()
}

fn finding(broken: &Broken) -> Finding {
    let (path, why) = (broken.path.display(), &broken.why);
    let edit = edit(&broken.path);
    match broken.line {
        Some(line) => CHECK
            .finding(format!("cargo cannot read {path}:{line}: {why}"), edit)
            .at_places([Origin::File(broken.path.clone(), line)]),
        // An editor shows nothing of a directory or a pipe.
        None if broken.stops_cargo => CHECK.finding(
            format!("cargo cannot read {path}, which {why}"),
            Fix::Do("put a readable file there, or nothing".to_owned()),
        ),
        None => CHECK
            .finding(format!("{path} {why}: the checks go without what it says"), edit)
            .at(Severity::Warning),
    }
}
