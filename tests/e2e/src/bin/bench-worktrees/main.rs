//! `tests/bench-worktrees`: what the first build in another worktree, and in another project, costs with each cache.
//! One table and one JSON; `--help` says how to ask.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people to read")]

mod arguments;
mod contender;
mod counted;
mod cpu;
mod edits;
mod measure;
mod project;
mod report;

use std::process::ExitCode;

use arguments::Arguments;
use contender::Kind;

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    let kinds = arguments.contenders.clone().unwrap_or_else(Kind::present);
    if arguments.edits {
        println!("{}", edits::run(&kinds, arguments.rounds));
        return ExitCode::SUCCESS;
    }
    let mut measured = Vec::new();
    for round in 0..arguments.rounds {
        // In turn, and each round begins with another: what else the machine does meets all alike.
        for at in 0..kinds.len() {
            let kind = kinds[(at + round) % kinds.len()];
            progress(&format!("round {} of {}: {}", round + 1, arguments.rounds, kind.name()));
            measured.push(measure::run(kind, &arguments));
        }
    }
    let report = report::Report::new(&kinds, &measured, &arguments);
    println!("{}", report.text());
    let json = report.json();
    match &arguments.json {
        Some(file) => std::fs::write(file, json).expect("the file for the JSON can be written"),
        None => println!("{json}"),
    }
    ExitCode::SUCCESS
}

fn progress(line: &str) {
    eprintln!("-- {line}");
}
