//! The variables that nixpkgs' compiler wrappers read.

use crate::key::nix_env::shell::{By, SALT, Shell, Vars};
use crate::support::{NOTHING, real_sccache, what};

/// A Nix shell whose flags are `flags`.
fn enter(shell: &mut Shell, flags: &str) {
    shell
        .sandbox
        .set(format!("NIX_CC_WRAPPER_TARGET_HOST_{SALT}"), "1")
        .set("NIX_HARDENING_ENABLE", "pic")
        .set("NIX_CFLAGS_COMPILE", flags);
}

/// Whether plain sccache returns the right object in this shell.
fn plain_is_right(shell: &Shell) -> bool {
    shell.write("project/x.c", "int x(void) { return X; }\n");
    let compile = |by| shell.compile(by, "project", "cc", &["-c", "x.c", "-o", "x.o"], "x.o", &Vars::new());
    compile(By::Compiler) == compile(By::Plain)
}

const CC: &str = "cc-wrapper-env-unhashed";
const RUSTC: &str = "rustc-wrapper-env-unhashed";

#[test]
fn a_healthy_nix_shell_has_no_finding() {
    let mut shell = Shell::new();
    enter(&mut shell, "-DX=1");
    shell
        .sandbox
        .set("NIX_RUSTFLAGS", "--cfg x")
        .set("CMAKE_C_COMPILER_LAUNCHER", "sccache")
        .set("CC", "sccache cc");
    assert_eq!(shell.sandbox.ids(), NOTHING);
    // A compiler that does not run through sccache is not a finding.
    shell
        .sandbox
        .set("CC", "gcc")
        .set("CXX", "ccache g++")
        .unset("CMAKE_C_COMPILER_LAUNCHER");
    assert_eq!(shell.sandbox.ids(), NOTHING);
}

#[test]
fn c_by_plain_sccache() {
    let mut shell = Shell::new();
    enter(&mut shell, "-DX=1");
    shell.sandbox.set("RUSTC_WRAPPER", real_sccache());
    assert!(plain_is_right(&shell), "nothing is cached yet");
    enter(&mut shell, "-DX=2");
    assert!(!plain_is_right(&shell), "fixed in sccache? then the check can go");

    let finding = shell.sandbox.finding(CC);
    assert_eq!(finding["severity"], "error");
    let what = what(&finding);
    let names = "does not contain NIX_CFLAGS_COMPILE and 2 more";
    assert!(
        what.starts_with("RUSTC_WRAPPER compiles C by /") && what.contains(names),
        "{what}"
    );
    shell.sandbox.fix("cc-wrapper-env-unhashed");
    assert!(!shell.sandbox.finds(CC) && plain_is_right(&shell));

    // The command set the hash of the flags at that time.
    enter(&mut shell, "-DX=3");
    assert!(shell.sandbox.finds(CC) && !plain_is_right(&shell));
    // A value of the user's own may contain all of them.
    shell.sandbox.set("SCCACHE_C_CUSTOM_CACHE_BUSTER", "mine");
    assert!(!shell.sandbox.finds(CC));
}

#[test]
fn rust_by_plain_sccache() {
    let mut shell = Shell::new();
    shell.sandbox.set("NIX_RUSTFLAGS", "--cfg changed");
    assert!(!shell.sandbox.finds(RUSTC));
    shell.sandbox.set("RUSTC_WRAPPER", real_sccache());
    let finding = shell.sandbox.finding(RUSTC);
    assert_eq!(finding["severity"], "error");
    assert!(!shell.sandbox.finds(CC));
    shell.sandbox.fix("rustc-wrapper-env-unhashed");
    assert!(!shell.sandbox.finds(RUSTC));
    // The command sets the same value as our wrapper, so both share hits.
    shell.write("project/x.rs", "pub fn x() {}\n");
    let args = [
        "--crate-name=x",
        "--crate-type=lib",
        "--emit=dep-info,metadata,link",
        "--out-dir=.",
        "x.rs",
    ];
    let args: Vec<&str> = args.iter().flat_map(|arg| arg.splitn(2, '=')).collect();
    shell.sandbox.unset("CARGO_INCREMENTAL");
    for (by, counts) in [(By::Plain, (0, 1)), (By::Ours, (1, 1))] {
        shell.compile(by, "project", "rustc", &args, "libx.rlib", &Vars::new());
        assert_eq!(shell.sandbox.hits_and_misses("Rust"), counts);
    }
    shell.sandbox.set("NIX_RUSTFLAGS", "--cfg other");
    assert!(shell.sandbox.finds(RUSTC));
}

#[test]
fn a_wrapper_that_is_switched_off() {
    let mut shell = Shell::new();
    enter(&mut shell, "-DX=1");
    shell
        .sandbox
        .set("NIX_RUSTFLAGS", "--cfg x")
        .set("SCCACHE_SHELL", "off");
    let finding = shell.sandbox.finding(CC);
    assert!(what(&finding).contains("plain sccache (SCCACHE_SHELL=off)"));
    // One cause is one finding.
    assert!(finding["detail"].to_string().contains(RUSTC), "{finding}");
    shell.sandbox.fix("cc-wrapper-env-unhashed");
    assert_eq!(shell.sandbox.ids(), NOTHING);
}
