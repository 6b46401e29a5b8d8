//! A compile whose output is held back until it is known whether it counts. sccache itself prints what a compile
//! printed only when that has ended, so cargo waits no longer for it.

use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{self, Command, ExitCode, Stdio};

/// What a finished compile printed.
#[derive(Debug)]
pub(super) struct Output(process::Output);

impl Output {
    /// Runs a compile to its end; `None` where it could not be started.
    pub(super) fn of(command: &mut Command) -> Option<Self> {
        command.stdin(Stdio::inherit()).output().ok().map(Self)
    }

    /// Whether it exited with 0.
    pub(super) fn succeeded(&self) -> bool {
        self.0.status.success()
    }

    /// What it said on stderr.
    pub(super) fn said(&self) -> &[u8] {
        &self.0.stderr
    }

    /// Prints what a compile printed, and ends as it did.
    pub(super) fn forward(self) -> ExitCode {
        let printed = io::stdout()
            .write_all(&self.0.stdout)
            .and_then(|()| io::stderr().write_all(&self.0.stderr))
            .and_then(|()| io::stdout().flush());
        // As rustc itself ends where nobody reads what it says.
        if printed.is_err() {
            return ExitCode::FAILURE;
        }
        // One that a signal ended has no code; a shell says it like this.
        let signal = || self.0.status.signal().map(|signal| 128 + signal);
        let code = self.0.status.code().or_else(signal);
        code.and_then(|code| u8::try_from(code).ok())
            .map_or(ExitCode::FAILURE, ExitCode::from)
    }
}
