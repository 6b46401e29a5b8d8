//! A log file that cannot be written.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "error-log-unwritable",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("error_log_unwritable.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_ERROR_LOG";

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(why) = &facts.sccache.error_log_fault else {
        return Vec::new();
    };
    let value = facts.shell.env.text(VARIABLE).unwrap_or_default();
    vec![CHECK.of_variable(
        VARIABLE,
        format!("{VARIABLE}=`{value}` {why}: the next sccache server cannot start, and builds fail after ten seconds"),
        Fix::Run(format!("unset {VARIABLE}")),
    )]
}
