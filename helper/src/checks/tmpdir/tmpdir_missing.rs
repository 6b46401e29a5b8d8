//! This shell's TMPDIR cannot be used.

use crate::checks::{Check, Effect};
use crate::environment::names;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity, quote};
use crate::tmp_dir::Fault;

pub(in crate::checks) const CHECK: Check = Check {
    id: "tmpdir-missing",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("tmpdir_missing.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    match facts.tmpdir_fault {
        Some(Fault::Empty | Fault::Relative | Fault::Missing | Fault::NotADirectory | Fault::NotWritable) => {
            vec![bad_tmpdir(&CHECK, facts)]
        }
        Some(Fault::TooLong(_) | Fault::Ephemeral) | None => Vec::new(),
    }
}

/// What is said of a TMPDIR with which no server can be started. Our wrapper gives sccache another one, and then
/// it is only good to know.
pub(in crate::checks) fn bad_tmpdir(check: &Check, facts: &Facts) -> Finding {
    let dir = facts.env.text("TMPDIR").unwrap_or_default();
    let fault = facts.tmpdir_fault.map(|fault| fault.to_string()).unwrap_or_default();
    let good = facts.env.text(names::TMPDIR).unwrap_or_else(|| "/var/tmp".to_owned());
    let fix = Fix::Run(format!("export TMPDIR={}", quote(&good)));
    if facts.wrapper_is_ours() {
        let what = format!("TMPDIR `{dir}` {fault}; our wrapper gives sccache another one");
        check.finding(what, fix).at(Severity::Info)
    } else {
        check.finding(format!("TMPDIR `{dir}` {fault}: sccache cannot start its server"), fix)
    }
}
