//! sccache is there but cannot answer a simple question.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "sccache-broken",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("sccache_broken.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(program), Some(Err(no_answer))) = (&facts.sccache.program, &facts.sccache.planned) else {
        return Vec::new();
    };
    // What it names itself has a check of its own.
    if no_answer.blame().is_some() {
        return Vec::new();
    }
    let program = program.display();
    vec![CHECK.finding(
        format!("{program} does not work: {no_answer}"),
        Fix::Do(format!("see what it says: {program} --show-stats")),
    )]
}
