//! The programs that the README names print what it says: they check themselves, and these tests run them.

use std::process::Command;

use sccache_shell_e2e::output::Output;

#[test]
fn the_demo_shows_what_is_claimed() {
    let out = Output::of(&mut Command::new(env!("CARGO_BIN_EXE_demo"))).ok();
    assert!(out.stdout().contains("24 GiB"), "{out}");
}

#[test]
fn the_benchmarks_bounds_hold() {
    let out = Output::of(Command::new(env!("CARGO_BIN_EXE_bench")).arg("--quick")).ok();
    assert!(out.stdout().contains("50 worktrees"), "{out}");
}
