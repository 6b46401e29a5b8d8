//! `tests/differential/run`: all cases, and one table. `--help` says how to ask.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for people to read")]

use std::process::ExitCode;
use std::time::Instant;

use sccache_shell_differential::case::Case;
use sccache_shell_differential::cases;
use sccache_shell_differential::judge::{Depth, judge};
use sccache_shell_differential::place::Place;
use sccache_shell_differential::report;
use sccache_shell_differential::tools::Tools;

const USAGE: &str = "\
usage: tests/differential/run [--part N/M] [--case TEXT]… [--brief] [--quick] [--keep] [--list]
  --part N/M   the N-th of M parts
  --case TEXT  only the cases whose name has TEXT in it
  --brief      one order, no other project, plain sccache not asked
  --quick      the same, and only the cases of the test run
  --keep       keep the directories in which it was built, and say where they are
  --list       print what would be built";

fn main() -> ExitCode {
    let arguments = match Arguments::parse(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::from(2);
        }
    };
    let rounds = arguments.rounds();
    if arguments.list {
        for (case, place) in &rounds {
            println!("{:<44} {place:<8} {}", case.name, case.about);
        }
        return ExitCode::SUCCESS;
    }
    run(&rounds, &arguments.depth)
}

fn run(rounds: &[(Case, Place)], depth: &Depth) -> ExitCode {
    let tools = Tools::find();
    let mut rows = Vec::new();
    for (at, (case, place)) in rounds.iter().enumerate() {
        if let Some(program) = case.needs.iter().find(|program| !tools.have(program)) {
            eprintln!("-- {} left out: no {program} on this machine", case.name);
            continue;
        }
        let start = Instant::now();
        let row = judge(case, *place, &tools, depth);
        eprintln!(
            "-- {} of {}: {} ({place}), {:.0} s",
            at + 1,
            rounds.len(),
            case.name,
            start.elapsed().as_secs_f32()
        );
        if let Some(dir) = &row.kept {
            eprintln!("   {dir}");
        }
        for wrong in row.sccache.iter().flatten() {
            eprintln!("   sccache: {wrong}");
        }
        for wrong in &row.ours {
            eprintln!("   ours: {wrong}");
        }
        rows.push(row);
    }
    println!("{}", report::table(&rows));
    if rows.iter().all(|row| row.ours.is_empty()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

struct Arguments {
    part: (usize, usize),
    names: Vec<String>,
    quick: bool,
    list: bool,
    depth: Depth,
}

impl Arguments {
    fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut parsed = Self {
            part: (1, 1),
            names: Vec::new(),
            quick: false,
            list: false,
            depth: Depth::whole(),
        };
        let mut keep = false;
        while let Some(arg) = args.next() {
            let mut value = || args.next().ok_or_else(|| USAGE.to_owned());
            match arg.as_str() {
                "--part" => parsed.part = part(&value()?).ok_or_else(|| USAGE.to_owned())?,
                "--case" => parsed.names.push(value()?),
                "--quick" => parsed.quick = true,
                "--brief" => parsed.depth = Depth::quick(),
                "--keep" => keep = true,
                "--list" => parsed.list = true,
                _ => return Err(USAGE.to_owned()),
            }
        }
        if parsed.quick {
            parsed.depth = Depth::quick();
        }
        parsed.depth.keep = keep;
        Ok(parsed)
    }

    /// What is asked for, a case in one place each.
    fn rounds(&self) -> Vec<(Case, Place)> {
        let named =
            |case: &Case| self.names.is_empty() || self.names.iter().any(|name| case.name.contains(name.as_str()));
        let cases = cases::all().into_iter().filter(named);
        let places = |case: &Case| {
            if self.quick {
                case.quick.clone()
            } else {
                case.places.clone()
            }
        };
        let rounds = cases.flat_map(|case| places(&case).into_iter().map(move |place| (case.clone(), place)));
        let (part, parts) = self.part;
        rounds
            .enumerate()
            .filter(|(at, _)| at % parts == part - 1)
            .map(|(_, round)| round)
            .collect()
    }
}

fn part(text: &str) -> Option<(usize, usize)> {
    let (part, parts) = text.split_once('/')?;
    let (part, parts) = (part.parse().ok()?, parts.parse().ok()?);
    (1..=parts).contains(&part).then_some((part, parts))
}
