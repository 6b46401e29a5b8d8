//! What an edit costs, and what is built after one: the same project in a shell whose edits go through the cache, in one as
//! the module makes it, and in one with cargo's own incremental mode and so no cache for members.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::{workspace, worktree};

use crate::timing::median;
use crate::{Broken, progress};

/// Functions of the member that is edited: enough that compiling it is felt.
const FUNCTIONS: usize = 4_000;
/// After the first one.
const EDITS: u32 = 4;

/// The options of the shells.
const SHELLS: [&str; 3] = ["incrementalEdits = false;", "", "incremental = true;"];

/// Measures all and prints the table. Nothing is bounded here: it is for people to choose by.
pub(crate) fn run() -> Broken {
    let columns = SHELLS.map(measure);
    println!("\nA project of about sixty crates and a member of {FUNCTIONS} functions, in seconds:\n");
    println!("| | `incrementalEdits = false` | as the module makes it | `incremental = true` | second to third |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for (row, (what, _)) in columns[0].iter().enumerate() {
        let [cached, ours, cargo] = [0, 1, 2].map(|column: usize| columns[column][row].1.as_secs_f64());
        println!(
            "| {what} | {cached:.1} | {ours:.1} | {cargo:.1} | {:.2} |",
            ours / cargo
        );
    }
    Broken::new()
}

/// Builds in one shell: what each is, and how long it took.
fn measure(options: &str) -> Vec<(&'static str, Duration)> {
    const BUILD: &str = "cargo build --quiet --locked";
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("main");
    workspace::copy("demo", &dir);
    add_large_member(&dir);
    let shell = Consumer::write(&dir, options).commit(&home);
    let named = if options.is_empty() {
        "as the module makes it"
    } else {
        options
    };
    let run = |what: &'static str, command: &str| {
        progress(&format!("{named} {what}"));
        (what, timed(&home, &shell, command))
    };
    drop(shell.run(&home, Entry::Develop, "cargo fetch --quiet").ok());
    let source = Source::of(&dir);
    let mut rows = vec![run("first build", BUILD)];
    source.edit(1);
    rows.push(run("the first edit", BUILD));
    let edits = (0..EDITS).map(|edit| {
        source.edit(2 + edit);
        run("the second to the fifth edit", BUILD).1
    });
    rows.push(("the second to the fifth edit, median", median(edits.collect())));
    source.edit(10);
    rows.push(run(
        "`cargo test --no-run`, the first",
        "cargo test --quiet --locked --no-run",
    ));
    source.edit(11);
    rows.push(run(
        "`cargo test --no-run` after an edit",
        "cargo test --quiet --locked --no-run",
    ));
    let check = "cargo check --quiet --locked --target-dir target/editor";
    timed(&home, &shell, check);
    source.edit(12);
    rows.push(run("`cargo check` after the first edit, as editors do", check));
    source.edit(13);
    rows.push(run("`cargo check` after the next edit", check));
    worktree::git(&dir, &["stash", "--quiet"]);
    rows.push(run("changes put aside by `git stash`", BUILD));
    worktree::git(&dir, &["stash", "drop", "--quiet"]);
    worktree::git(&dir, &["checkout", "--quiet", "-b", "other"]);
    source.edit(20);
    worktree::git(&dir, &["commit", "--quiet", "--all", "--message", "other"]);
    rows.push(run("a branch that was not built yet", BUILD));
    worktree::git(&dir, &["checkout", "--quiet", "-"]);
    rows.push(run("back to the first branch", BUILD));
    let linked = Consumer::at(&worktree::linked(&dir, "linked"));
    rows.push(("the first build in another worktree", timed(&home, &linked, BUILD)));
    drop(linked.run(&home, Entry::Develop, "cargo clean --quiet").ok());
    rows.push(("again after `cargo clean`", timed(&home, &linked, BUILD)));
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

    /// Another number in one line.
    fn edit(&self, number: u32) {
        let line = format!("x.wrapping_mul({})", 1_000_003 + number);
        let text = self.text.replacen("x.wrapping_mul(17)", &line, 1);
        fs::write(&self.path, text).expect("the home is writable");
    }
}

/// The time of a command alone, without the way into the shell.
fn timed(home: &Home, shell: &Consumer, command: &str) -> Duration {
    let script = format!("start=$EPOCHREALTIME; {command} >&2; echo \"$start $EPOCHREALTIME\"");
    let out = shell.run(home, Entry::Develop, &script).ok();
    let times: Vec<f64> = out
        .stdout()
        .split_whitespace()
        .filter_map(|time| time.parse().ok())
        .collect();
    let [start, end] = times[..] else {
        panic!("two times expected: {out}")
    };
    Duration::from_secs_f64(end - start)
}

fn add_large_member(dir: &Path) {
    let mut text = String::from("//! Many small functions, none like another.\n");
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
