//! This shell's TMPDIR is longer than a socket's path may be.

use crate::checks::tmpdir::tmpdir_missing::bad_tmpdir;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::tmp_dir::Fault;

pub(in crate::checks) const CHECK: Check = Check {
    id: "tmpdir-too-long",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("tmpdir_too_long.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    match facts.tmpdir_fault {
        Some(Fault::TooLong(_)) => vec![bad_tmpdir(&CHECK, facts)],
        _ => Vec::new(),
    }
}
