//! The cost of an edit, and of what is built after one: one project, with each cache.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::{machine, workspace, worktree};

use super::contender::{Contender, Kind};
use crate::progress;

/// Functions of the member that is edited: enough that its compile takes seconds.
const FUNCTIONS: usize = 4_000;

/// A row of the table, and its seconds.
type Row = (&'static str, f64);

/// Measures each contender and returns the table.
pub(crate) fn run(kinds: &[Kind], rounds: usize) -> String {
    let mut columns: Vec<Vec<Vec<Row>>> = vec![Vec::new(); kinds.len()];
    for round in 0..rounds {
        for at in 0..kinds.len() {
            let at = (at + round) % kinds.len();
            progress(&format!("round {} of {rounds}: {}", round + 1, kinds[at].name()));
            columns[at].push(measure(kinds[at]));
        }
    }
    let of = |at: usize, row: usize| median(columns[at].iter().map(|rows| rows[row].1).collect());
    let mut text = String::from("|  |");
    let ours = kinds.iter().position(|kind| *kind == Kind::Ours);
    let others: Vec<usize> = (0..kinds.len())
        .filter(|at| ours.is_some_and(|ours| ours != *at))
        .collect();
    let words = kinds.iter().map(|kind| kind.name().to_owned());
    let ratios = others.iter().map(|at| format!("ours / {}", kinds[*at].name()));
    for word in words.chain(ratios) {
        write!(text, " {word} |").expect("a string takes all");
    }
    text += &format!("\n| --- |{}\n", " ---: |".repeat(kinds.len() + others.len()));
    for (row, (what, _)) in columns[0][0].iter().enumerate() {
        write!(text, "| {what} |").expect("a string takes all");
        for at in 0..kinds.len() {
            write!(text, " {:.1} |", of(at, row)).expect("a string takes all");
        }
        for other in &others {
            let ours = of(ours.unwrap_or_default(), row);
            write!(text, " {:.2} |", ours / of(*other, row)).expect("a string takes all");
        }
        text.push('\n');
    }
    text
}

fn measure(kind: Kind) -> Vec<Row> {
    let contender = Contender::start(kind);
    let dir = contender.home.path().join("first");
    workspace::copy("demo", &dir);
    add_large_member(&dir);
    fs::write(dir.join(".gitignore"), "/target\n").expect("the home is writable");
    worktree::init(&dir);
    let mut fetch = contender.home.command(machine::program("cargo"));
    drop(Output::of(fetch.current_dir(&dir).args(["fetch", "--locked"])).ok());
    let timed = |dir: &Path, args: &str| {
        let mut cargo = contender.builder();
        let start = Instant::now();
        drop(Output::of(cargo.current_dir(dir).args(args.split(' '))).ok());
        start.elapsed().as_secs_f64()
    };
    let mut rows = Vec::new();
    let mut row = |what, dir: &Path, args| {
        let seconds = timed(dir, args);
        progress(&format!("  {what:<50} {seconds:>6.1} s"));
        rows.push((what, seconds));
    };
    const BUILD: &str = "build --quiet --locked";
    const TEST: &str = "test --quiet --locked --no-run";
    const CHECK: &str = "check --quiet --locked --target-dir target/editor";
    let source = Source::of(&dir);
    row("first build", &dir, BUILD);
    source.edit(1);
    row("the first edit, in a library two crates down", &dir, BUILD);
    let edits = (2..6).map(|number| {
        source.edit(number);
        let seconds = timed(&dir, BUILD);
        progress(&format!("  edit {number:<45} {seconds:>6.1} s"));
        seconds
    });
    let edits = median(edits.collect());
    add_a_line(&dir.join("app/src/main.rs"));
    row("the first edit of the program alone", &dir, BUILD);
    add_a_line(&dir.join("app/src/main.rs"));
    row("the second one", &dir, BUILD);
    source.edit(10);
    row("`cargo test --no-run`, the first", &dir, TEST);
    source.edit(11);
    row("`cargo test --no-run` after an edit", &dir, TEST);
    timed(&dir, CHECK);
    source.edit(12);
    row("`cargo check` after the first edit, as editors do", &dir, CHECK);
    source.edit(13);
    row("`cargo check` after the next edit", &dir, CHECK);
    worktree::git(&dir, &["stash", "--quiet"]);
    row("changes put aside by `git stash`", &dir, BUILD);
    worktree::git(&dir, &["stash", "drop", "--quiet"]);
    worktree::git(&dir, &["checkout", "--quiet", "-b", "other"]);
    source.edit(20);
    worktree::git(&dir, &["commit", "--quiet", "--all", "--message", "other"]);
    row("a branch that was not built yet", &dir, BUILD);
    worktree::git(&dir, &["checkout", "--quiet", "-"]);
    row("back to the first branch", &dir, BUILD);
    let linked = worktree::linked(&dir, "linked");
    row("the first build in another worktree", &linked, BUILD);
    rows.insert(2, ("the second to the fifth edit, median", edits));
    contender.stop();
    rows
}

/// The file that is edited.
struct Source {
    path: PathBuf,
    text: String,
}

impl Source {
    fn of(dir: &Path) -> Self {
        let path = dir.join("core/src/large.rs");
        let text = fs::read_to_string(&path).expect("it was just written");
        Self { path, text }
    }

    /// A different number in one line.
    fn edit(&self, number: u32) {
        let line = format!("x.wrapping_mul({})", 1_000_003 + number);
        let text = self.text.replacen("x.wrapping_mul(17)", &line, 1);
        fs::write(&self.path, text).expect("the home is writable");
    }
}

fn add_a_line(path: &Path) {
    let text = fs::read_to_string(path).expect("the fixture has it");
    let count = text.lines().count();
    fs::write(
        path,
        format!("{text}\n#[doc(hidden)]\npub const LINE_{count}: u32 = 1;\n"),
    )
    .expect("the home is writable");
}

fn add_large_member(dir: &Path) {
    let mut text = String::from("//! Many small functions, each different.\n");
    for number in 0..FUNCTIONS {
        let factor = number % 89 + 17;
        write!(
            text,
            "pub fn f{number}(x: u64, names: &[String]) -> String {{\n    \
             let y = x.wrapping_mul({factor});\n    \
             let mut out: Vec<String> = names.iter().filter(|n| n.len() as u64 > y % 7).map(|n| format!(\"{{n}}{{y}}\")).collect();\n    \
             out.sort();\n    out.join(\"-\")\n}}\n"
        )
        .expect("a string takes all");
    }
    fs::write(dir.join("core/src/large.rs"), text).expect("the home is writable");
    let lib = dir.join("core/src/lib.rs");
    let lib_text = fs::read_to_string(&lib).expect("the fixture has it");
    fs::write(lib, format!("{lib_text}\npub mod large;\n")).expect("the home is writable");
}

fn median(mut seconds: Vec<f64>) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}
