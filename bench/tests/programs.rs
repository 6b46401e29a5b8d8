//! The demo and the bounds of the check and the wrapper: the programs check themselves.

use std::process::Command;

use sccache_shell_e2e::output::Output;

fn bench(args: &[&str]) -> Output {
    Output::of(Command::new(env!("CARGO_BIN_EXE_bench")).args(args)).ok()
}

#[test]
fn the_demo_shows_what_is_claimed() {
    let out = bench(&["demo"]);
    assert!(out.stdout().contains("24 GiB"), "{out}");
}

#[test]
fn the_benchmarks_bounds_hold() {
    let out = bench(&["start-up", "--quick"]);
    assert!(out.stdout().contains("50 worktrees"), "{out}");
}
