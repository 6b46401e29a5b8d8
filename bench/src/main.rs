//! The benchmarks, one for each script of this directory. They print tables for docs/measurements.md, and exit 1 if a
//! bound does not hold.

mod demo;
mod helper;
mod start_up;
mod timing;
mod worktrees;

use std::env;
use std::process::ExitCode;

/// Bounds that do not hold, in words.
type Broken = Vec<String>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let broken = match args[..] {
        ["demo"] => demo::run(),
        ["helper"] => helper::run(),
        ["start-up"] => start_up::run(false),
        ["start-up", "--quick"] => start_up::run(true),
        // How `start_up` calls this program again, in the shell whose cost it measures.
        ["start-up", "--inside", rounds, report] => {
            start_up::inside(rounds.parse().expect("a number of rounds"), report);
            Broken::new()
        }
        ["worktrees", ref args @ ..] => return worktrees::run(args),
        _ => {
            eprintln!("usage: bench/demo | bench/helper | bench/start-up [--quick] | bench/worktrees --help");
            return ExitCode::from(2);
        }
    };
    for line in &broken {
        eprintln!("broken: {line}");
    }
    if broken.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn progress(line: &str) {
    eprintln!("-- {line}");
}
