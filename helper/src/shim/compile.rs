//! The compile itself, as cargo made it, watched; then whether others may have what it made.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use super::{NOT_STORED, ended};
use crate::form::place::{SYSTEM, absolute};
use crate::form::variables::{KEY, PLAN};
use crate::form::{Plan, Report};
use crate::observe::{self, Seen, Use};
use crate::why::Rule;

/// What every process opens.
const ALWAYS: &[&str] = &["/proc", "/sys", "/dev", "/nix/store", "/etc", "/run/current-system"];

/// Compiles, and ends as rustc did, or with [`NOT_STORED`].
pub(super) fn compile(plan: &Plan) -> ExitCode {
    let temp = tempfile::Builder::new().prefix("sccache-shell").tempdir();
    let log = temp.as_ref().ok().map(|temp| temp.path().join("log"));
    let watched = plan.strace.as_ref().zip(log.as_ref());
    let status = run(plan, watched.map(|(strace, log)| (Path::new(strace), log.as_path())));
    let Ok(status) = status else {
        return super::say("sccache-shell: the compiler cannot be started");
    };
    if !status.success() {
        return ended(status);
    }
    let report = judge(plan, watched.map(|(_, log)| log.as_path()));
    let is_told = serde_json::to_vec(&report).is_ok_and(|text| fs::write(&plan.report, text).is_ok());
    match report {
        Report::Stored if is_told => ExitCode::SUCCESS,
        _ => ExitCode::from(NOT_STORED),
    }
}

fn run(plan: &Plan, watched: Option<(&Path, &Path)>) -> std::io::Result<ExitStatus> {
    let program = Path::new(&plan.program);
    let mut command = match watched {
        Some((strace, log)) => observe::command(strace, log, program),
        None => Command::new(program),
    };
    command.args(&plan.args).args(&plan.remaps).current_dir(&plan.cwd);
    command.env_remove(PLAN).env_remove(KEY);
    command.envs(plan.restore.iter().map(|(name, value)| (name, value)));
    command.status()
}

fn judge(plan: &Plan, log: Option<&Path>) -> Report {
    if plan.strace.is_some() {
        match log.and_then(|log| observe::read(log).ok()) {
            Some(seen) => {
                if let Some(report) = unforeseen(plan, &seen) {
                    return report;
                }
            }
            None => return Report::NotStored(Rule::Lost.because("nothing was traced")),
        }
    }
    for (path, state) in &plan.inputs {
        if !state.is_now(Path::new(path)) {
            return Report::NotStored(Rule::Changed.because(format!("{} changed meanwhile", Path::new(path).display())));
        }
    }
    for name in &plan.file_names {
        match fs::read(Path::new(&plan.out_dir).join(name)) {
            Ok(bytes) => {
                let holds = |needle: &OsString| memchr::memmem::find(&bytes, needle.as_encoded_bytes()).is_some();
                if plan.needles.iter().any(holds) {
                    return Report::NotStored(Rule::NamesPlace.because("its artifact names the place where it was made"));
                }
            }
            Err(error) => return Report::NotStored(Rule::Lost.because(format!("{name}: {error}"))),
        }
    }
    Report::Stored
}

/// What was done that is in no key.
fn unforeseen(plan: &Plan, seen: &Seen) -> Option<Report> {
    if !plan.is_linked && !seen.children_ran.is_empty() {
        return Some(Report::NotStored(Rule::RanUnforeseen.because("a program was run")));
    }
    if seen.connected {
        return Some(Report::NotStored(Rule::RanUnforeseen.because("a connection was opened")));
    }
    let cwd = Path::new(&plan.cwd);
    let at = |path: &Path| absolute(path, cwd);
    let written: Vec<PathBuf> = seen
        .uses
        .iter()
        .filter(|(how, _)| *how == Use::Write)
        .map(|(_, path)| at(path))
        .collect();
    let toolchains: Vec<PathBuf> = seen.toolchains().collect();
    let is_fine = |path: &Path| {
        let is_in = |dirs: &[OsString]| dirs.iter().any(|dir| path.starts_with(dir));
        ALWAYS.iter().any(|dir| path.starts_with(dir))
            || SYSTEM.iter().any(|dir| path.starts_with(dir)) && !(plan.is_linked && is_linkable(path))
            || is_in(&plan.constant)
            || toolchains.iter().any(|dir| path.starts_with(dir))
            || plan.allowed.iter().any(|known| path == Path::new(known))
            || plan.inputs.iter().any(|(known, _)| path == Path::new(known))
            || written.iter().any(|file| file == path)
            || is_crate(plan, path)
            || is_own(plan, path)
    };
    let mut read = Vec::new();
    for (how, path) in &seen.uses {
        let path = at(path);
        if *how == Use::Read && !is_fine(&path) && !path.is_dir() {
            read.push(path.into_os_string());
        }
    }
    read.sort();
    read.dedup();
    (!read.is_empty()).then_some(Report::Read(read))
}

/// A compiled crate; one that is linked has to be in the key by its content.
fn is_crate(plan: &Plan, path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let is_read = matches!(ending, Some("rmeta" | "so" | "dylib")) || !plan.is_linked && ending == Some("rlib");
    is_read
        && path
            .parent()
            .is_some_and(|dir| plan.crates.iter().any(|known| dir == Path::new(known)))
}

/// What rustc, the compiler driver and the linker make for themselves.
fn is_own(plan: &Plan, path: &Path) -> bool {
    let begins = |dir: &Path, names: &[&str]| {
        let rest = path.strip_prefix(dir).ok().and_then(|rest| rest.iter().next());
        rest.is_some_and(|name| {
            names
                .iter()
                .any(|begin| name.as_encoded_bytes().starts_with(begin.as_bytes()))
        })
    };
    let library = format!("lib{}", plan.stem);
    begins(Path::new(&plan.out_dir), &[&plan.stem, &library, "rmeta"])
        // A workspace may lie there too, and be called so.
        || !path.starts_with(&plan.cwd) && begins(&std::env::temp_dir(), &["rustc", "cc", "sccache-shell"])
}

/// What a linker takes in of the system; what a program loads to run has a version after `.so`.
fn is_linkable(path: &Path) -> bool {
    matches!(
        path.extension().and_then(|ending| ending.to_str()),
        Some("a" | "o" | "so")
    )
}
