//! The checks: each cause made for real, what it does seen, then the check's own command run.

use std::path::Path;

use serde_json::Value;

use crate::common::real_sccache;
use crate::shell::{By, SALT, Shell, Vars};

fn text<'a>(finding: &'a Value, field: &str) -> &'a str {
    finding[field].as_str().unwrap()
}

/// A Nix shell whose flags are `flags`.
fn enter(shell: &mut Shell, flags: &str) {
    shell
        .sandbox
        .set(format!("NIX_CC_WRAPPER_TARGET_HOST_{SALT}"), "1")
        .set("NIX_HARDENING_ENABLE", "pic")
        .set("NIX_CFLAGS_COMPILE", flags);
}

/// Whether what plain sccache compiles in this shell is right.
fn plain_is_right(shell: &Shell) -> bool {
    shell.write("project/x.c", "int x(void) { return X; }\n");
    let compile = |by| shell.compile(by, "project", "cc", &["-c", "x.c", "-o", "x.o"], "x.o", &Vars::new());
    compile(By::Compiler) == compile(By::Plain)
}

const CC: &str = "cc-wrapper-env-unhashed";
const RUSTC: &str = "rustc-wrapper-env-unhashed";
const SHADOWED: &str = "wrapper-shadowed";

fn has(shell: &Shell, id: &str) -> bool {
    shell.sandbox.ids().iter().any(|found| found == id)
}

#[test]
fn a_healthy_nix_shell_has_no_finding() {
    let mut shell = Shell::new();
    enter(&mut shell, "-DX=1");
    shell
        .sandbox
        .set("NIX_RUSTFLAGS", "--cfg x")
        .set("CMAKE_C_COMPILER_LAUNCHER", "sccache")
        .set("CC", "sccache cc");
    assert_eq!(shell.sandbox.ids(), [""; 0]);
    // Nor is the compiler of a shell that no sccache knows of any of our business.
    shell
        .sandbox
        .set("CC", "gcc")
        .set("CXX", "ccache g++")
        .unset("CMAKE_C_COMPILER_LAUNCHER");
    assert_eq!(shell.sandbox.ids(), [""; 0]);
}

#[test]
fn c_by_plain_sccache() {
    let mut shell = Shell::new();
    enter(&mut shell, "-DX=1");
    shell.sandbox.set("RUSTC_WRAPPER", real_sccache());
    assert!(plain_is_right(&shell), "nothing is cached yet");
    enter(&mut shell, "-DX=2");
    assert!(!plain_is_right(&shell), "mended upstream? then this check can go");

    let finding = shell.sandbox.finding(CC);
    assert_eq!(text(&finding, "severity"), "error");
    let what = text(&finding, "what");
    let names = "does not contain NIX_CFLAGS_COMPILE and 2 more";
    assert!(
        what.starts_with("RUSTC_WRAPPER compiles C by /") && what.contains(names),
        "{what}"
    );
    shell.sandbox.mend("cc-wrapper-env-unhashed");
    assert!(!has(&shell, CC) && plain_is_right(&shell));

    // The command was for those flags.
    enter(&mut shell, "-DX=3");
    assert!(has(&shell, CC) && !plain_is_right(&shell));
    // A person's own value may be a hash of all that and more.
    shell.sandbox.set("SCCACHE_C_CUSTOM_CACHE_BUSTER", "mine");
    assert!(!has(&shell, CC));
}

#[test]
fn rust_by_plain_sccache() {
    let mut shell = Shell::new();
    shell.sandbox.set("NIX_RUSTFLAGS", "--cfg changed");
    assert!(!has(&shell, RUSTC));
    shell.sandbox.set("RUSTC_WRAPPER", real_sccache());
    let finding = shell.sandbox.finding(RUSTC);
    assert_eq!(text(&finding, "severity"), "error");
    assert!(!has(&shell, CC));
    shell.sandbox.mend("rustc-wrapper-env-unhashed");
    assert!(!has(&shell, RUSTC));
    // What it sets is what our wrapper sets: both ways share.
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
        assert_eq!(shell.hits_and_misses("Rust"), counts);
    }
    shell.sandbox.set("NIX_RUSTFLAGS", "--cfg other");
    assert!(has(&shell, RUSTC));
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
    assert!(text(&finding, "what").contains("plain sccache (SCCACHE_SHELL=off)"));
    assert!(has(&shell, RUSTC));
    shell.sandbox.mend("cc-wrapper-env-unhashed");
    assert_eq!(shell.sandbox.ids(), [""; 0]);
}

#[test]
fn another_sccache_first_on_path() {
    let mut shell = Shell::new();
    let other = shell.sandbox.path("other");
    std::fs::create_dir(&other).unwrap();
    std::os::unix::fs::symlink(real_sccache(), other.join("sccache")).unwrap();
    let search = shell.sandbox.run("project", "sh", &["-c", "printf %s \"$PATH\""]);
    shell.sandbox.set("PATH", format!("{}:{search}", other.display()));
    let finding = shell.sandbox.finding(SHADOWED);
    assert!(
        text(&finding, "what").contains(&format!("{}/sccache", other.display())),
        "{finding}"
    );
    shell.sandbox.mend("wrapper-shadowed");
    assert_eq!(shell.sandbox.ids(), [""; 0]);
}

#[test]
fn settings_that_name_another_sccache() {
    let mut shell = Shell::new();
    let real = real_sccache();
    let real = real.to_str().unwrap();
    for (name, value, mended) in [
        ("RUSTC_WRAPPER", real.to_owned(), "sccache"),
        ("CMAKE_CXX_COMPILER_LAUNCHER", format!("{real};--argument"), "sccache"),
        ("CC", format!("{real} cc -pipe"), "sccache cc -pipe"),
    ] {
        shell.sandbox.set(name, value);
        let finding = shell.sandbox.finding(SHADOWED);
        assert!(text(&finding, "what").starts_with(name), "{finding}");
        shell.sandbox.mend("wrapper-shadowed");
        assert!(!has(&shell, SHADOWED), "{name}");
        let value = shell.sandbox.run("project", "printenv", &[name]);
        assert_eq!(value.trim_end(), mended);
    }
    // Without our wrapper nothing goes past it.
    shell.sandbox.set("RUSTC_WRAPPER", real);
    let search = Path::new(real).parent().unwrap();
    shell.sandbox.set("PATH", format!("{}:/usr/bin:/bin", search.display()));
    assert!(!has(&shell, SHADOWED));
}

/// Configures `project/build` with this launcher, as a shell of long ago did.
fn configure(shell: &mut Shell, launcher: &str) {
    let project = "cmake_minimum_required(VERSION 3.17)\nproject(x C)\nadd_library(x STATIC x.c)\n";
    shell.sandbox.write("project/CMakeLists.txt", project);
    shell.sandbox.write("project/x.c", "int x(void) { return 1; }\n");
    let _ = std::fs::remove_dir_all(shell.sandbox.path("project/build"));
    shell.sandbox.set("CMAKE_C_COMPILER_LAUNCHER", launcher);
    shell.sandbox.run("project", "cmake", &["-S", ".", "-B", "build"]);
    shell.sandbox.set("CMAKE_C_COMPILER_LAUNCHER", "sccache");
}

#[test]
fn launchers_frozen_in_build_directories() {
    let mut shell = Shell::new();
    let trace = shell.sandbox.path("trace");
    shell.sandbox.set("SCCACHE_SHELL_TRACE", &trace);
    let build = |shell: &Shell| {
        shell
            .sandbox
            .command("cmake")
            .args(["--build", "build"])
            .output()
            .unwrap()
    };

    configure(&mut shell, "sccache");
    assert!(build(&shell).status.success() && trace.exists());
    assert_eq!(shell.sandbox.ids(), [""; 0]);

    let before = shell.sandbox.path("before/libexec/sccache-shell");
    std::fs::create_dir_all(&before).unwrap();
    for (name, target) in [("sccache", Path::new(crate::common::HELPER)), ("real", &real_sccache())] {
        std::os::unix::fs::symlink(target, before.join(name)).unwrap();
    }
    let before = before.join("sccache");
    let gone = shell.sandbox.path("gone/sccache");
    for (launcher, severity, why, works) in [
        (real_sccache(), "warning", "past our wrapper", true),
        (before, "warning", "of another version", true),
        (gone, "error", "is not there", false),
    ] {
        if !works {
            // CMake would not configure with it: it went afterwards.
            std::fs::create_dir(launcher.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(real_sccache(), &launcher).unwrap();
        }
        configure(&mut shell, launcher.to_str().unwrap());
        if !works {
            std::fs::remove_file(&launcher).unwrap();
        }
        assert_eq!(build(&shell).status.success(), works, "{why}");
        let finding = shell.sandbox.finding(SHADOWED);
        assert_eq!(text(&finding, "severity"), severity);
        let what = text(&finding, "what");
        assert!(what.contains(why) && what.contains("build/CMakeCache.txt:"), "{what}");
        shell.sandbox.mend("wrapper-shadowed");
        assert_eq!(shell.sandbox.ids(), [""; 0]);
        let _ = std::fs::remove_file(&trace);
        shell
            .sandbox
            .write("project/x.c", format!("int x(void) {{ return sizeof \"{why}\"; }}\n"));
        assert!(
            build(&shell).status.success() && trace.exists(),
            "it should come to our wrapper"
        );
    }
}
