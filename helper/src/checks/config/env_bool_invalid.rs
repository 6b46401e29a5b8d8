//! A variable that must be a boolean and is none.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Blame;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "env-bool-invalid",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("env_bool_invalid.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(Blame::Boolean(name)) = facts.sccache.blame() else {
        return Vec::new();
    };
    let value = facts.shell.env.text(name).unwrap_or_default();
    vec![CHECK.of_variable(
        name.to_owned(),
        format!("{name}=`{value}` is not a boolean to sccache: every call of it fails"),
        Fix::Run(meant(name, &value)),
    )]
}

/// What was most likely meant, in words that sccache knows.
fn meant(name: &str, value: &str) -> String {
    match value.to_lowercase().as_str() {
        "yes" | "y" | "t" | "enable" | "enabled" => format!("export {name}=true"),
        "no" | "n" | "f" | "disable" | "disabled" | "never" => format!("export {name}=false"),
        _ => format!("unset {name}"),
    }
}
