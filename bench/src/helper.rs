//! The time to compile the helper from nothing, which the first entry into a shell waits for.

use std::thread;

use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

use crate::timing::median;
use crate::{Broken, progress};

const ROUNDS: usize = 3;

/// Measures and prints it. It has no bound.
pub(crate) fn run() -> Broken {
    let home = Home::new();
    drop(cargo(&home, &["fetch", "--quiet", "--locked"]).ok());
    let builds: Vec<Output> = (0..ROUNDS)
        .map(|round| {
            progress(&format!("the helper from nothing, {} of {ROUNDS}", round + 1));
            let target = home.path().join(format!("target-{round}"));
            let target = target.to_str().expect("a test's home has a plain name");
            let build = ["build", "--release", "--package=sccache-shell", "--locked", "--offline"];
            cargo(&home, &[&build[..], &["--target-dir", target]].concat()).ok()
        })
        .collect();
    let seconds = median(builds.iter().map(Output::took).collect()).as_secs_f64();
    let crates = compiled(&builds[0]);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    println!("\nThe helper, compiled from nothing on {cores} cores, median of {ROUNDS}:\n");
    println!("| crates | seconds |\n|---|---|\n| {crates} | {seconds:.0} |");
    Broken::new()
}

fn cargo(home: &Home, args: &[&str]) -> Output {
    let mut cargo = home.command(machine::program("cargo"));
    Output::of(cargo.current_dir(machine::tree()).args(args))
}

/// Cargo prints one line for each crate that it compiles.
fn compiled(build: &Output) -> usize {
    let lines = build.stderr().lines();
    lines.filter(|line| line.trim_start().starts_with("Compiling ")).count()
}
