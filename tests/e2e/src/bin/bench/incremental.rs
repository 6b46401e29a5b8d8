//! What `CARGO_INCREMENTAL=0`, the module's default, costs and brings: the same project in a shell with the option
//! `incremental` false and in one with it true.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::Duration;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::{workspace, worktree};

use crate::timing::median;
use crate::{Broken, progress};

/// Functions of the member that is edited: enough that compiling it is felt.
const FUNCTIONS: usize = 4_000;
const EDITS: usize = 5;

struct Times {
    incremental: bool,
    edit: Duration,
    worktree: Duration,
    again: Duration,
}

/// Measures both and prints the table. Nothing is bounded here: it is for people to choose by.
pub(crate) fn run() -> Broken {
    let both = [measure(false), measure(true)];
    println!(
        "\nA project of about sixty crates and a member of {FUNCTIONS} functions, in seconds ({EDITS} edits, median):\n"
    );
    println!("| `incremental` | one-line edit in the member | fresh worktree | after `cargo clean` |");
    println!("|---|---|---|---|");
    for Times {
        incremental,
        edit,
        worktree,
        again,
    } in both
    {
        let [edit, worktree, again] = [edit, worktree, again].map(|time| time.as_secs_f64());
        println!("| `{incremental}` | {edit:.1} | {worktree:.1} | {again:.1} |");
    }
    Broken::new()
}

fn measure(incremental: bool) -> Times {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("main");
    workspace::copy("demo", &dir);
    add_large_member(&dir);
    let shell = Consumer::write(&dir, &format!("incremental = {incremental};")).commit(&home);
    progress(&format!("incremental = {incremental}: first build"));
    drop(shell.run(&home, Entry::Develop, "cargo fetch --quiet").ok());
    build(&home, &shell);

    progress(&format!(
        "incremental = {incremental}: edits, a fresh worktree, and again after cargo clean"
    ));
    let source = dir.join("core/src/large.rs");
    let text = fs::read_to_string(&source).expect("it was just written");
    let edits = (0..EDITS).map(|edit| {
        let line = format!("x.wrapping_mul({})", 1_000_003 + edit);
        fs::write(&source, text.replacen("x.wrapping_mul(17)", &line, 1)).expect("the home is writable");
        build(&home, &shell)
    });
    let edit = median(edits.collect());

    fs::write(&source, &text).expect("the home is writable");
    let linked = Consumer::at(&worktree::linked(&dir, "linked"));
    let worktree = build(&home, &linked);
    drop(linked.run(&home, Entry::Develop, "cargo clean --quiet").ok());
    let again = build(&home, &linked);
    Times {
        incremental,
        edit,
        worktree,
        again,
    }
}

/// The time of `cargo build` alone, without the way into the shell.
fn build(home: &Home, shell: &Consumer) -> Duration {
    let script = "start=$EPOCHREALTIME; cargo build --quiet --locked >&2; echo \"$start $EPOCHREALTIME\"";
    let out = shell.run(home, Entry::Develop, script).ok();
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
