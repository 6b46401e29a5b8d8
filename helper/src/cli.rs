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

use crate::cargo::Cargo;
use crate::checks;
use crate::environment::{Environment, names};
use crate::escape;
use crate::facts::{Depth, Facts};
use crate::finding::{Finding, Severity};
use crate::report;

/// Finds out why sccache does not work in this shell, and how to fix it.
///
/// No command starts, stops or restarts an sccache server.
#[derive(Debug, Parser)]
#[command(name = "sccache-shell", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check everything that decides whether caching works here
    Check(CheckArgs),
    /// Explain a finding, or list all checks
    Explain {
        /// The id in brackets at the end of a finding; without it all are listed
        #[arg(value_parser = Ids, hide_possible_values = true)]
        id: Option<String>,
    },
    /// Explain why a crate was a cache miss: which parts of its key differ from an earlier compile
    ExplainMiss(explain_miss::ExplainMissArgs),
    /// Write the size of the cache into sccache's config file
    Init(init::InitArgs),
    /// Show the running server's hits, what it did not look up, and why
    Stats(stats::StatsArgs),
    /// Print completions for a shell
    Completions {
        /// The shell to complete in
        shell: Shell,
    },
    /// Write the man pages, one for each command
    Man {
        /// The directory to write them to, which must exist
        dir: PathBuf,
    },
}

#[derive(Debug, Default, Args)]
struct CheckArgs {
    /// At most five lines, nothing if all is well, always exit 0: for the start of a shell
    #[arg(long, conflicts_with_all = ["json", "strict"])]
    quiet: bool,
    /// One JSON object, with a schema number
    #[arg(long)]
    json: bool,
    /// One block to paste into a bug report: versions, facts and findings, secrets removed
    #[arg(long, conflicts_with_all = ["json", "quiet"])]
    report: bool,
    /// Show how long each part of the check took
    #[arg(long)]
    timings: bool,
    /// Exit 1 on warnings too, not only on errors
    #[arg(long)]
    strict: bool,
    /// Ignore a check: an id that `explain` lists (SCCACHE_SHELL_IGNORE does the same, separated by commas)
    #[arg(long, value_name = "ID", value_parser = Ids, hide_possible_values = true)]
    ignore: Vec<String>,
}

/// An id of a check. Completions list all of them; the error for a mistyped one names only the nearest.
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

/// The command line, for completions and the docs.
pub fn command() -> clap::Command {
    Cli::command()
}

/// Runs the command line. Exit 0: no problem, or only warnings; 1: an error was found; 2: the command failed.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            let text = error.render().to_string();
            let _ = anstream::stderr().write_all(escape::lines(&text).as_bytes());
            return ExitCode::from(2);
        }
        // Help, which goes to stdout.
        Err(error) => error.exit(),
    };
    let result = match cli.command {
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

/// The environment of compiles: cargo's `[env]` may set the config file and the cache directory.
fn of_compiles(shell: &Environment) -> Environment {
    Cargo::read(shell).environment(shell)
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
    // A flake may ignore checks that this version does not have.
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
        // Not on stdout, which programs may read.
        let timings = report::timings(&projects[0].timings, judged);
        let _ = anstream::stderr().write_all(timings.as_bytes());
    }
    Ok(exit_code(args, &findings))
}

fn exit_code(args: &CheckArgs, findings: &[Finding]) -> ExitCode {
    let worst = findings.iter().map(|finding| finding.severity).min();
    let fails = match worst {
        Some(Severity::Error) => true,
        Some(Severity::Warning) => args.strict,
        Some(Severity::Info) | None => false,
    };
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
        .with_context(|| format!("cannot write to {}: create the directory first", dir.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// A closed pipe (`| head`) is not an error.
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
