//! Nothing may watch a compile here.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::observe;

pub(in crate::checks) const CHECK: Check = Check {
    id: "tracing-unavailable",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("tracing_unavailable.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let has_sccache = facts.sccache.planned().is_some() || facts.server.running().is_some();
    if !cfg!(target_os = "linux") || !facts.wrapper_is_ours() || !has_sccache || observe::is_possible() {
        return Vec::new();
    }
    vec![CHECK.finding(
        "the kernel lets nothing watch a compile: programs, tests, build scripts and proc macros are not shared, and members only within this worktree"
            .to_owned(),
        Fix::Do("allow seccomp(2) in the container, set kernel.yama.ptrace_scope to 1, or take what is shared without".to_owned()),
    )]
}
