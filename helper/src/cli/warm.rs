//! `warm`: a new worktree's first build directory.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueHint};

use super::print;
use crate::facts::environment::Environment;
use crate::report::{self, Progress};
use crate::warm::{self, Outcome, Request};

/// What a shell says of a program that Ctrl-C ended.
const STOPPED: u8 = 130;

#[derive(Debug, Args)]
pub(super) struct WarmArgs {
    /// Copy from this project, instead of the worktree of the same repository that fits best
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    from: Option<PathBuf>,
    /// Say what would be copied, and copy nothing
    #[arg(long)]
    dry_run: bool,
    /// Do nothing, and say nothing, where cargo has built something already: for a shell's door
    #[arg(long)]
    if_new: bool,
}

pub(super) fn run(args: WarmArgs) -> anyhow::Result<ExitCode> {
    let WarmArgs { from, dry_run, if_new } = args;
    let request = Request { from, dry_run, if_new };
    let progress = Progress::default();
    let outcome = warm::run(&Environment::current(), &request, &progress);
    progress.end();
    let outcome = outcome?;
    let is_nothing = match &outcome {
        Outcome::Nothing(_) => true,
        Outcome::Copied(summary) => summary.is_nothing(),
    };
    if !(if_new && is_nothing) {
        print(&report::warmed(&outcome))?;
    }
    Ok(match outcome {
        Outcome::Copied(summary) if summary.stopped => ExitCode::from(STOPPED),
        _ => ExitCode::SUCCESS,
    })
}
