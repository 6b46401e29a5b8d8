//! `tests/bench [start-up | helper | --quick]`: what the check at the door and the wrapper cost, and how long the helper takes to compile.
//! Medians and ratios of one run, as tables for docs/measurements.md. Exits 1 where a bound is broken.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people to read")]

mod helper_build;
mod nix_variables;
mod start_up;
mod timing;

use std::env;
use std::process::ExitCode;

/// Bounds that were broken, in words.
type Broken = Vec<String>;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let broken = match args[..] {
        [] => {
            let broken = start_up::outside(false);
            helper_build::run();
            broken
        }
        ["start-up"] => start_up::outside(false),
        ["--quick"] => start_up::outside(true),
        ["helper"] => {
            helper_build::run();
            Vec::new()
        }
        // How `start_up` calls this program again, in the shell whose cost it is.
        ["--inside", rounds, report] => {
            start_up::inside(rounds.parse().expect("a number of rounds"), report);
            Vec::new()
        }
        _ => {
            eprintln!("usage: tests/bench [start-up | helper | --quick]");
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
