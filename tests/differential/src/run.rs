//! Runs what a case says, and keeps what can be compared.

use sccache_shell_e2e::output::Output;

use crate::case::World;
use crate::lab::Lab;
use crate::mode::Mode;
use crate::schedule::Tree;

/// What cargo says about its own work, in the first word of a line.
const STATUS: &[&str] = &[
    "Adding",
    "Blocking",
    "Checking",
    "Compiling",
    "Dirty",
    "Doc-tests",
    "Documenting",
    "Downgrading",
    "Executable",
    "Finished",
    "Fresh",
    "Generated",
    "Locking",
    "Running",
    "Updating",
];

/// Those of them that say that a unit is built.
const WORK: &[&str] = &["Checking", "Compiling", "Dirty"];

/// What a person sees of a build and of the program that was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Exit codes.
    pub codes: Vec<Option<i32>>,
    /// Standard output, without times.
    pub stdout: String,
    /// What compilers and programs wrote to standard error, sorted: compilers run at the same time.
    pub messages: Vec<String>,
}

impl Seen {
    /// What tells it from others: what was printed, or what was said where nothing was.
    pub fn shown(&self) -> String {
        let text = if self.stdout.trim().is_empty() {
            self.messages.join(" ")
        } else {
            self.stdout.clone()
        };
        text.trim().to_owned()
    }
}

/// Runs all lines of a case.
pub fn run(lab: &Lab, mode: Mode, tree: Tree, world: World) -> Seen {
    let mut seen = Seen {
        codes: Vec::new(),
        stdout: String::new(),
        messages: Vec::new(),
    };
    for args in &lab.case.world(world).run {
        let out = Output::of(&mut lab.cargo(mode, tree, world, args));
        seen.codes.push(out.code());
        for line in out.stdout().lines() {
            seen.stdout.push_str(&without_thread(without_time(line)));
            seen.stdout.push('\n');
        }
        let messages = out.messages().into_iter().filter(|line| status(line).is_none());
        seen.messages.extend(messages.map(without_thread));
    }
    seen.messages.sort();
    seen
}

/// Runs them again; the units that were not fresh.
pub fn again(lab: &Lab, mode: Mode, tree: Tree, world: World) -> Vec<String> {
    let mut built = Vec::new();
    for args in &lab.case.world(world).run {
        let mut args = args.clone();
        args.insert(1, "--verbose".to_owned());
        let out = Output::of(&mut lab.cargo(mode, tree, world, &args));
        for line in out.messages() {
            if let Some((word, rest)) = status(line).filter(|(word, _)| WORK.contains(word)) {
                built.push(format!("{word} {}", rest.split(' ').next().unwrap_or_default()));
            }
        }
    }
    built.sort();
    built
}

/// A line of cargo's own, in its two parts.
fn status(line: &str) -> Option<(&str, &str)> {
    let trimmed = line.trim_start();
    let (word, rest) = trimmed.split_once(' ')?;
    (trimmed.len() < line.len() && STATUS.contains(&word)).then_some((word, rest))
}

/// What a panic prints, `thread 'main' (4711) panicked at …`, without the thread's number.
fn without_thread(line: &str) -> String {
    match line.split_once("' (").zip(line.split_once(") panicked at ")) {
        Some(((thread, _), (_, place))) => format!("{thread}' panicked at {place}"),
        None => line.to_owned(),
    }
}

/// What the test harness prints, without its `finished in 0.01s`.
fn without_time(line: &str) -> &str {
    line.split("; finished in").next().unwrap_or_default()
}
