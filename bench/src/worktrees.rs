//! The cost of the first build in a second worktree and in a different project, or of edits, with each cache. One
//! table and one JSON; see `bench/worktrees --help`.

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

use crate::progress;

/// Measures what `args` ask for and prints it. Exit 2 if they cannot be parsed.
pub(crate) fn run(args: &[&str]) -> ExitCode {
    let arguments = match Arguments::parse(args.iter().map(|arg| (*arg).to_owned())) {
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
        // In turn, and each round begins with a different one: what else the machine does affects all alike.
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
