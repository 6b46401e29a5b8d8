//! This shell's TMPDIR cannot be used.

use crate::checks::{Check, Effect};
use crate::environment::names;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity, quote};
use crate::origin::Origin;
use crate::tmp_dir::Fault;

pub(in crate::checks) const CHECK: Check = Check {
    id: "tmpdir-unusable",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("tmpdir_unusable.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    match facts.shell.tmpdir_fault {
        Some(Fault::Ephemeral) | None => Vec::new(),
        Some(fault) => vec![finding(facts, fault).at_places([Origin::Env("TMPDIR".into())])],
    }
}

/// Our wrapper gives sccache another one, and then it is only good to know.
fn finding(facts: &Facts, fault: Fault) -> Finding {
    let dir = facts.shell.env.text("TMPDIR").unwrap_or_default();
    let good = facts
        .shell
        .env
        .text(names::TMPDIR)
        .unwrap_or_else(|| "/var/tmp".to_owned());
    let fix = Fix::Run(format!("export TMPDIR={}", quote(&good)));
    if facts.wrapper_is_ours() {
        let what = format!("TMPDIR `{dir}` {fault}; our wrapper gives sccache another one");
        CHECK.finding(what, fix).at(Severity::Info)
    } else {
        CHECK.finding(format!("TMPDIR `{dir}` {fault}: sccache cannot start its server"), fix)
    }
}
