//! What the wrapper keeps, and what it is called by, may go or change at any time, also below a running server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use common::{HELPER, Sandbox, main_that_prints};

const STORE: &str = "home/.cache/sccache-shell/form-1";

fn built_once() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.package("one");
    sandbox.second_worktree("second");
    assert_eq!(run(&sandbox, "project"), "one\n");
    sandbox
}

fn run(sandbox: &Sandbox, dir: &str) -> String {
    let _ = fs::remove_dir_all(sandbox.path(dir).join("target"));
    sandbox.run(dir, "cargo", &["run", "-q", "--offline"])
}

/// Another program in the second worktree is built, and one that is the same is not.
fn is_right(sandbox: &Sandbox) {
    let source = sandbox.path("second/src/main.rs");
    fs::write(&source, main_that_prints("two")).unwrap();
    assert_eq!(run(sandbox, "second"), "two\n");
    fs::write(&source, main_that_prints("one")).unwrap();
    assert_eq!(run(sandbox, "second"), "one\n");
}

#[test]
fn the_directory_is_removed_below_a_running_server() {
    let sandbox = built_once();
    fs::remove_dir_all(sandbox.path(STORE)).unwrap();
    is_right(&sandbox);
    fs::remove_dir_all(sandbox.path(STORE).join("rustc")).unwrap();
    is_right(&sandbox);
}

#[test]
fn the_directory_cannot_be_made() {
    let sandbox = built_once();
    fs::remove_dir_all(sandbox.path("home/.cache/sccache-shell")).unwrap();
    sandbox.write("home/.cache/sccache-shell", "a file");
    is_right(&sandbox);
}

#[test]
fn what_is_remembered_is_rubbish() {
    let sandbox = built_once();
    for kind in ["memo", "linkers", "versions", "learned"] {
        for entry in fs::read_dir(sandbox.path(STORE).join(kind)).into_iter().flatten() {
            fs::write(entry.unwrap().path(), b"\xff{").unwrap();
        }
    }
    is_right(&sandbox);
}

/// As `nix-collect-garbage` after an update does.
#[test]
fn the_helper_is_replaced_below_a_running_server() {
    let sandbox = Sandbox::new();
    let wrapper = sandbox.path("libexec/sccache-shell/sccache");
    let install = |name: &str| {
        let helper = sandbox.path(name).join("sccache-shell");
        fs::create_dir_all(helper.parent().unwrap()).unwrap();
        fs::copy(HELPER, &helper).unwrap();
        fs::remove_file(&wrapper).unwrap();
        symlink(helper, &wrapper).unwrap();
    };
    install("old");
    sandbox.package("one");
    sandbox.second_worktree("second");
    assert_eq!(run(&sandbox, "project"), "one\n");
    let hits = sandbox.hits();
    install("new");
    fs::remove_dir_all(sandbox.path("old")).unwrap();
    assert_eq!(run(&sandbox, "second"), "one\n");
    assert_eq!(sandbox.hits(), hits + 1, "the same helper makes the same keys");
    is_right(&sandbox);
}

/// The compiler that sccache knows is a program like any other.
#[test]
fn a_shim_that_is_called_by_hand() {
    let sandbox = built_once();
    let shims = fs::read_dir(sandbox.path(STORE).join("rustc")).unwrap();
    let shim = shims.map(|dir| dir.unwrap().path().join("rustc")).next().unwrap();
    let call = |args: &[&str], plan: Option<&Path>| {
        let mut command: Command = sandbox.command(&shim);
        command.args(args).envs(plan.map(|plan| ("SCCACHE_SHELL_PLAN", plan)));
        command.output().unwrap()
    };
    let version = call(&["-vV"], None);
    assert!(String::from_utf8(version.stdout).unwrap().starts_with("rustc 1."));
    let out = sandbox.path("out");
    let args = ["--crate-type=lib", "--out-dir", out.to_str().unwrap(), "src/main.rs"];
    assert!(call(&args, None).status.success() && out.join("libmain.rlib").exists());
    for plan in [sandbox.path("none"), sandbox.write("rubbish", "{")] {
        let output = call(&args, Some(&plan));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.lines().count() == 1, "{said}");
    }
}

/// rustc takes no such argument, and it is rustc that says so.
#[test]
#[cfg(target_os = "linux")]
fn a_worktree_whose_name_is_no_text() {
    let mut sandbox = Sandbox::new();
    sandbox.package("one");
    let dir = sandbox.path(OsStr::from_bytes(b"w\xff"));
    fs::rename(sandbox.path("project"), &dir).unwrap();
    let build = |sandbox: &Sandbox| {
        let mut cargo = sandbox.command("cargo");
        let output = cargo
            .args(["build", "-q", "--offline"])
            .current_dir(&dir)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let digits = said.split("Caused by:").next().unwrap().chars();
        digits.filter(|char| !char.is_ascii_digit()).collect::<String>()
    };
    let with_ours = build(&sandbox);
    sandbox.unset("RUSTC_WRAPPER");
    assert_eq!(with_ours, build(&sandbox));
    assert!(with_ours.contains("target/debug/deps"), "{with_ours}");
}
