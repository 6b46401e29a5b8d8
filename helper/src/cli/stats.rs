//! `stats`: the statistics of the running server.

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Args;

use super::print;
use crate::environment::Environment;
use crate::facts::{Depth, Facts};
use crate::form::history;
use crate::form::store::Store;
use crate::report::{self, Stats};

#[derive(Debug, Args)]
pub(super) struct StatsArgs {
    /// One JSON object, with a schema number
    #[arg(long)]
    json: bool,
}

/// Exit 0 with or without a server, 1 if one listens and does not answer.
pub(super) fn run(args: &StatsArgs) -> anyhow::Result<ExitCode> {
    let env = Environment::current();
    let projects = Facts::of_projects(&env, Depth::Quick);
    // All workspaces of a shell use one server, unless cargo's `[env]` changes it.
    let facts = &projects[0];
    let refusals = Store::existing(&facts.shell.env).map(|store| history::sums(&store));
    let stats = Stats::of(facts, &refusals.unwrap_or_default());
    if args.json {
        print(&(report::stats_json(&stats) + "\n"))?;
    } else {
        // Bars only on a terminal: they are noise in a file.
        print(&report::stats(&stats, std::io::stdout().is_terminal()))?;
    }
    let is_silent = matches!(facts.server.running, Some(Err(_)));
    Ok(ExitCode::from(u8::from(is_silent)))
}
