//! The output and exit code of a finished program, which a failed test shows completely.

use std::fmt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A finished program.
pub struct Output {
    command: String,
    status: ExitStatus,
    stdout: String,
    stderr: String,
    took: Duration,
}

impl Output {
    /// Runs `command` to its end, with an empty standard input.
    ///
    /// # Panics
    /// If it cannot be started.
    pub fn of(command: &mut Command) -> Self {
        let shown = format!("{command:?}");
        let start = Instant::now();
        let out = command
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("{shown} cannot be started: {error}"));
        Self {
            command: shown,
            status: out.status,
            stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
            took: start.elapsed(),
        }
    }

    /// The same, if it succeeded.
    ///
    /// # Panics
    /// If it failed, with all that it printed.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(self.status.success(), "{self}");
        self
    }

    /// The same, if it failed.
    ///
    /// # Panics
    /// If it succeeded, with all that it printed.
    #[track_caller]
    pub fn failed(self) -> Self {
        assert!(!self.status.success(), "should have failed: {self}");
        self
    }

    /// Its exit code, `None` if a signal ended it.
    pub fn code(&self) -> Option<i32> {
        self.status.code()
    }

    /// What it printed on standard output.
    pub fn stdout(&self) -> &str {
        &self.stdout
    }

    /// What it printed on standard error.
    pub fn stderr(&self) -> &str {
        &self.stderr
    }

    /// The lines of standard error, without those of Nix and direnv about what they build and load.
    pub fn messages(&self) -> Vec<&str> {
        let own = ["direnv: ", "building '", "copying path '"];
        // direnv ends a colour that it did not begin.
        let lines = self.stderr.lines().map(|line| line.trim_start_matches("\u{1b}[0m"));
        lines
            .filter(|line| !line.is_empty() && !own.iter().any(|start| line.starts_with(start)))
            .collect()
    }

    /// How long it ran.
    pub fn took(&self) -> Duration {
        self.took
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            command,
            status,
            stdout,
            stderr,
            ..
        } = self;
        write!(f, "{command}\n{status}\n--- stdout\n{stdout}\n--- stderr\n{stderr}")
    }
}
