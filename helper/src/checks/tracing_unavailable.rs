//! The wrapper has nothing to watch a compile with.

use std::path::PathBuf;

use super::Check;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::observe;

pub(super) const CHECK: Check = Check {
    id: "tracing-unavailable",
    severity: Severity::Info,
    explanation: include_str!("tracing_unavailable.md"),
    run,
};

/// From here on the kernel lets nobody but root trace a child (`Documentation/admin-guide/LSM/Yama.rst`).
const ADMINS_ALONE: u32 = 2;

const YAMA: &str = "/proc/sys/kernel/yama/ptrace_scope";

fn run(facts: &Facts) -> Vec<Finding> {
    let has_sccache = facts.planned().is_some() || facts.running().is_some();
    if !cfg!(target_os = "linux") || !facts.wrapper_is_ours() || !has_sccache {
        return Vec::new();
    }
    let wrapper: Option<PathBuf> = facts
        .cargo
        .wrapper
        .as_ref()
        .and_then(|wrapper| facts.find_program(&wrapper.value));
    if observe::find(wrapper.as_deref(), facts.env.get("PATH")).is_none() {
        return vec![CHECK.finding(
            "there is no strace: programs, tests, build scripts and proc macros are not shared, and members only within this worktree"
                .to_owned(),
            Fix::Do("take the wrapper from the flake's shell, which has strace beside it, or put strace on PATH".to_owned()),
        )];
    }
    let scope: Option<u32> = std::fs::read_to_string(YAMA)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    match scope {
        Some(scope) if scope >= ADMINS_ALONE && !rustix::process::geteuid().is_root() => vec![CHECK.finding(
            format!("{YAMA} is {scope}: strace may not watch a compile, and what is linked is not shared"),
            Fix::Do("set kernel.yama.ptrace_scope to 1, or take what is shared without".to_owned()),
        )],
        _ => Vec::new(),
    }
}
