//! The compile itself, as cargo started it, observed.

use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitCode, Output, Stdio};

use rustix::fs::FlockOperation;
use rustix::process::{Pid, Signal};

use super::{NOT_STORED, ended, verdict};
use crate::form::plan::{PLAN, Plan, Verdict};
use crate::key::cargo_env::KEY;
use crate::observe::{self, Seen};

/// Compiles, and ends as rustc did, or with [`NOT_STORED`].
pub(super) fn compile(plan: &Plan, plan_file: &Path) -> ExitCode {
    let Ok((output, seen)) = run(plan, plan_file) else {
        return super::say("sccache-shell: the compiler cannot be started");
    };
    let written = io::stdout().write_all(&output.stdout);
    if written.and_then(|()| io::stderr().write_all(&output.stderr)).is_err() {
        return ExitCode::FAILURE;
    }
    if !output.status.success() {
        // A macro may end rustc with any code, this one too.
        let is_ours = output.status.code() == Some(i32::from(NOT_STORED));
        return if is_ours {
            ExitCode::FAILURE
        } else {
            ended(output.status)
        };
    }
    let verdict = verdict::of(plan, seen.as_ref(), &output);
    let is_reported = serde_json::to_vec(&verdict).is_ok_and(|text| fs::write(&plan.report, text).is_ok());
    match verdict {
        Verdict::Stored if is_reported => ExitCode::SUCCESS,
        _ => ExitCode::from(NOT_STORED),
    }
}

fn run(plan: &Plan, plan_file: &Path) -> io::Result<(Output, Option<Seen>)> {
    let mut command = Command::new(&plan.program);
    command.args(&plan.args).args(&plan.remaps).current_dir(&plan.cwd);
    command.env_remove(PLAN).env_remove(KEY);
    command.envs(plan.restore.iter().map(|(name, value)| (name, value)));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.process_group(0);
    if plan.is_edit {
        let child = command.spawn()?;
        end_with_the_wrapper(plan_file, &child);
        return Ok((child.wait_with_output()?, None));
    }
    let (child, watch) = observe::spawn(&mut command, None)?;
    end_with_the_wrapper(plan_file, &child);
    Ok((child.wait_with_output()?, watch.end()))
}

/// Kills the compiler when the wrapper ends, which holds a lock until then. Ctrl-C ends cargo, the wrapper and
/// sccache's client, but not the server and its children: the compiler would go on, and overwrite what the next build
/// makes.
fn end_with_the_wrapper(plan_file: &Path, child: &Child) {
    let group = Pid::from_child(child);
    let end = move || {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    };
    #[cfg(target_os = "linux")]
    if let Some(server) = rustix::process::getppid()
        && let Ok(server) = rustix::process::pidfd_open(server, rustix::process::PidfdFlags::empty())
    {
        // When the server is gone, sccache's client compiles by itself.
        std::thread::spawn(move || {
            let mut fds = [rustix::event::PollFd::new(&server, rustix::event::PollFlags::IN)];
            if rustix::event::poll(&mut fds, None).is_ok_and(|ready| ready > 0) {
                end();
            }
        });
    }
    if let Ok(file) = fs::File::open(plan_file) {
        std::thread::spawn(move || {
            if rustix::fs::flock(&file, FlockOperation::LockShared).is_ok() {
                end();
            }
        });
    }
}
