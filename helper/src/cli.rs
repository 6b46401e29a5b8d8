//! The command line: `check`, `explain`, `explain-miss`, `init`, `stats`, `completions`, `man`.

mod explain_miss;
mod init;
mod stats;

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;

use crate::checks;
use crate::environment::{Environment, names};
use crate::escape;
use crate::facts::{Depth, Facts};
use crate::finding::{Finding, Severity};
use crate::report;

/// Says why sccache does not work in this shell, and how to mend it.
///
/// Nothing here starts, stops or restarts an sccache server.
#[derive(Debug, Parser)]
#[command(name = "sccache-shell", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look at everything that decides whether caching works here
    Check(CheckArgs),
    /// Explain a finding, or list all that can be found
    Explain {
        /// The id that stands in a finding's brackets; without it all are listed
        #[arg(value_parser = ids(), hide_possible_values = true)]
        id: Option<String>,
    },
    /// Say why a crate was compiled and not taken from the cache: what of its key is different from the last time
    ExplainMiss(explain_miss::ExplainMissArgs),
    /// Write the size of the cache into sccache's config file
    Init(init::InitArgs),
    /// Show what the running server found, what it did not look up, and why
    Stats(stats::StatsArgs),
    /// Print completions for a shell
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
    /// Write the man pages, one for each command
    Man {
        /// The directory to write them to, which must be there
        dir: PathBuf,
    },
}

#[derive(Debug, Default, Args)]
struct CheckArgs {
    /// At most five lines, nothing when all is well, always exit 0: for a shell's door
    #[arg(long, conflicts_with_all = ["json", "strict"])]
    quiet: bool,
    /// One JSON object, with a schema number
    #[arg(long)]
    json: bool,
    /// One block to paste into a bug report: versions, facts and findings, secrets removed
    #[arg(long, conflicts_with_all = ["json", "quiet"])]
    report: bool,
    /// Say what each part of the look cost
    #[arg(long)]
    timings: bool,
    /// Exit 1 on warnings too, not only on errors
    #[arg(long)]
    strict: bool,
    /// Leave a check out: an id that `explain` lists (as SCCACHE_SHELL_IGNORE does, separated by commas)
    #[arg(long, value_name = "ID", value_parser = ids(), hide_possible_values = true)]
    ignore: Vec<String>,
}

fn ids() -> Ids {
    Ids
}

/// An id of a check. Completions list all of them; whoever mistypes one is told the nearest, not eighty.
#[derive(Debug, Clone)]
struct Ids;

impl TypedValueParser for Ids {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, _: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        let value = value.to_string_lossy();
        if checks::find(&value).is_some() {
            return Ok(value.into_owned());
        }
        let near = checks::nearest(&value).map_or_else(String::new, |id| format!(" Did you mean `{id}`?"));
        let value = escape::line(&value);
        let message = format!("there is no check `{value}`.{near} To list all: sccache-shell explain\n");
        Err(clap::Error::raw(ErrorKind::InvalidValue, message).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(checks::all().map(|check| PossibleValue::new(check.id))))
    }
}

/// What can be called, for completions and the docs.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line. Exit 0: well, or warnings; 1: an error was found; 2: it could not be run.
pub fn run(args: Vec<OsString>) -> ExitCode {
    // Parse errors go to stderr and end with 2, help to stdout with 0: clap's own exit.
    let result = match Cli::parse_from(args).command {
        Command::Check(args) => check(&args),
        Command::Explain { id } => explain(id.as_deref()),
        Command::ExplainMiss(args) => explain_miss::run(&args),
        Command::Init(args) => init(&args),
        Command::Stats(args) => stats::run(&args),
        Command::Completions { shell } => completions(shell),
        Command::Man { dir } => man(&dir),
    };
    result.unwrap_or_else(|error| {
        let why = format!("{error:#}");
        let _ = writeln!(anstream::stderr(), "sccache-shell: {}", escape::lines(&why));
        ExitCode::from(2)
    })
}

/// With `--check`, an error of the first part does not keep the second from running.
fn init(args: &init::InitArgs) -> anyhow::Result<ExitCode> {
    let done = init::run(args);
    if !args.check {
        return done;
    }
    let quiet = CheckArgs {
        quiet: true,
        ..CheckArgs::default()
    };
    done.and(check(&quiet))
}

fn check(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let env = Environment::current();
    let mut ignored = args.ignore.clone();
    // A flake may name checks that this version does not have; that is no reason to fail.
    let from_flake = env.text(names::IGNORE).unwrap_or_default();
    ignored.extend(from_flake.split(',').map(|id| id.trim().to_owned()));
    let depth = if args.quiet { Depth::Quick } else { Depth::Full };
    let projects = Facts::of_projects(&env, depth);
    let judging = Instant::now();
    let findings = checks::run(&projects, &ignored);
    let judged = judging.elapsed();
    print(&if args.quiet {
        report::quiet(&findings)
    } else if args.json {
        report::json(&findings) + "\n"
    } else if args.report {
        report::bug(&projects, &findings)
    } else {
        report::findings(&projects, &findings, report::terminal_width())
    })?;
    if args.timings {
        // Not among what a program reads.
        let timings = report::timings(&projects[0].timings, judged);
        let _ = anstream::stderr().write_all(timings.as_bytes());
    }
    Ok(exit_code(args, &findings))
}

fn exit_code(args: &CheckArgs, findings: &[Finding]) -> ExitCode {
    let has_error = findings.iter().any(|finding| finding.severity == Severity::Error);
    let is_worse_than_a_note = || findings.iter().any(|finding| finding.severity < Severity::Info);
    let fails = if args.strict { is_worse_than_a_note() } else { has_error };
    ExitCode::from(u8::from(fails && !args.quiet))
}

fn explain(id: Option<&str>) -> anyhow::Result<ExitCode> {
    let width = report::terminal_width();
    match id.and_then(checks::find) {
        Some(check) => print(&report::explanation(check, width))?,
        None => print(&report::checks(width))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn completions(shell: Shell) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "sccache-shell", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}

fn man(dir: &Path) -> anyhow::Result<ExitCode> {
    clap_mangen::generate_to(command(), dir)
        .with_context(|| format!("cannot write to {}: make the directory first", dir.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// A reader that closes the pipe (`| head`) has had enough, which is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    match anstream::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }
}
