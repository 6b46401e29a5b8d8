//! The checks for what is in Rust's keys: each cause is first seen to cost a hit on the real sccache, then the check
//! is asked. Modes and settings of sccache's own are in `checks_modes.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use common::Sandbox;
use serde_json::Value;

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

const NOTHING: [&str; 0] = [];

fn rustc(sandbox: &Sandbox) -> PathBuf {
    let sysroot = sandbox.run("project", "rustc", &["--print", "sysroot"]);
    PathBuf::from(sysroot.trim()).join("bin/rustc")
}

/// One crate, compiled as cargo compiles one.
fn compile(sandbox: &Sandbox, mut command: Command, flags: &[&str]) {
    fs::write(sandbox.path("project/l.rs"), "pub fn l() {}\n").unwrap();
    let deps = sandbox.path("target/debug/deps");
    fs::create_dir_all(&deps).unwrap();
    command
        .arg(rustc(sandbox))
        .args(["--crate-name", "l", "l.rs", "--crate-type", "lib"]);
    command
        .args([
            "--emit=dep-info,metadata,link",
            "-C",
            "metadata=1",
            "-C",
            "extra-filename=-1",
            "--out-dir",
        ])
        .arg(deps);
    let output = command.args(flags).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Whether what is compiled with the first variables is found with the second ones.
fn shares(sandbox: &Sandbox, wrapped: bool, first: &[(&str, &str)], second: &[(&str, &str)]) -> bool {
    let program = || if wrapped { sandbox.wrapper() } else { sandbox.sccache() };
    let mut before = 0;
    for vars in [first, second] {
        before = sandbox.hits();
        let mut command = program();
        command.env_remove("CARGO_INCREMENTAL").envs(vars.iter().copied());
        compile(sandbox, command, &[]);
    }
    sandbox.hits() > before
}

#[test]
fn incremental_spelling() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    let zero = [("CARGO_INCREMENTAL", "0")];
    assert!(!shares(&sandbox, false, &zero, &[("CARGO_INCREMENTAL", "false")]));
    assert!(
        shares(&sandbox, true, &zero, &[("CARGO_INCREMENTAL", "false")]),
        "our wrapper takes it out"
    );
    for value in ["false", "", "no"] {
        sandbox.set("CARGO_INCREMENTAL", value);
        assert_eq!(sandbox.ids(), NOTHING, "behind our wrapper");
    }
    sandbox.go_past_the_wrapper();
    sandbox.mend("incremental-spelling");
    assert!(!sandbox.finds("incremental-spelling"));
}

#[test]
fn cargo_env_in_key() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    assert!(!shares(&sandbox, false, &[("CARGO_TERM_COLOR", "always")], &[]));
    assert!(shares(&sandbox, true, &[("CARGO_TERM_COLOR", "always")], &[]));
    assert!(
        shares(&sandbox, true, &[("CARGO_MINE", "a")], &[("CARGO_MINE", "b")]),
        "nothing in the crate can read it"
    );
    sandbox
        .set("CARGO_TERM_COLOR", "always")
        .set("CARGO_REGISTRY_TOKEN", "hunter2")
        .set("CARGO_MINE", "hunter2")
        .set("CARGO_PKG_NAME", "x")
        .set("CARGO_MAKEFLAGS", "x");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.go_past_the_wrapper();
    let finding = sandbox.finding("cargo-env-in-key");
    assert_eq!(finding["severity"], "warning");
    assert!(
        what(&finding).starts_with("CARGO_MINE, CARGO_REGISTRY_TOKEN, CARGO_TERM_COLOR are"),
        "{finding}"
    );
    assert!(!finding.to_string().contains("hunter2"), "{finding}");
}

#[test]
fn cargo_target_dir_env() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.start_server();
    for (wrapped, expected) in [(false, false), (true, true)] {
        let dirs = ["/a/target", "/b/target"].map(|dir| [("CARGO_TARGET_DIR", dir)]);
        assert_eq!(
            shares(&sandbox, wrapped, &dirs[0], &dirs[1]),
            expected,
            "wrapped: {wrapped}"
        );
    }
    sandbox.set("CARGO_TARGET_DIR", sandbox.path("project/target"));
    assert_eq!(sandbox.ids(), NOTHING, "behind our wrapper");
    sandbox.go_past_the_wrapper();
    assert_eq!(sandbox.finding("cargo-target-dir-env")["severity"], "info");
    sandbox.git("project", &["init", "-q"]);
    let finding = sandbox.finding("cargo-target-dir-env");
    assert_eq!(finding["severity"], "warning");
    sandbox.mend("cargo-target-dir-env");
    assert!(!sandbox.finds("cargo-target-dir-env"));
    sandbox.write("project/.cargo/config.toml", "[build]\ntarget-dir = \"elsewhere\"\n");
    assert!(!sandbox.finds("cargo-target-dir-env"), "in a file it is in no key");
}

#[test]
fn cargo_home_per_project() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    // Behind our wrapper only the sources' own path is left of it.
    for (wrapped, expected) in [(false, false), (true, true)] {
        let homes = ["/a", "/b"].map(|dir| [("CARGO_HOME", dir)]);
        assert_eq!(
            shares(&sandbox, wrapped, &homes[0], &homes[1]),
            expected,
            "wrapped: {wrapped}"
        );
    }
    sandbox.git("project", &["init", "-q"]);
    fs::create_dir_all(sandbox.path("home/.cargo")).unwrap();
    symlink(sandbox.path("home/.cargo"), sandbox.path("link")).unwrap();
    for (dir, why) in [
        ("project/.cargo-home", "lies in the worktree"),
        ("link", "is a different name for ~/.cargo"),
    ] {
        sandbox.set("CARGO_HOME", sandbox.path(dir));
        let finding = sandbox.finding("cargo-home-per-project");
        assert!(what(&finding).contains(why), "{finding}");
        sandbox.mend("cargo-home-per-project");
        assert_eq!(sandbox.ids(), NOTHING);
    }
    for dir in ["home/.cargo", "elsewhere"] {
        sandbox.set("CARGO_HOME", sandbox.path(dir));
        assert_eq!(sandbox.ids(), NOTHING, "{dir}");
    }
}

#[test]
fn rustflags_path() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    let found = |is_wrapped: bool, flags: [&str; 2]| {
        let mut before = 0;
        for flag in flags {
            before = sandbox.hits();
            let program = if is_wrapped {
                sandbox.wrapper()
            } else {
                sandbox.sccache()
            };
            compile(&sandbox, program, &[flag]);
        }
        sandbox.hits() > before
    };
    assert!(!found(true, ["--remap-path-prefix=/w/a=", "--remap-path-prefix=/w/b="]));
    assert!(
        found(false, ["-L/w/a", "-L/w/b"]),
        "sccache leaves search paths out of the key"
    );
    sandbox.package("A");
    sandbox.git("project", &["init", "-q"]);
    let root = sandbox.path("project").display().to_string();
    sandbox.set("RUSTFLAGS", format!("-Cdebuginfo=1 --remap-path-prefix={root}=."));
    let finding = sandbox.finding("rustflags-path");
    assert!(
        what(&finding).contains("from RUSTFLAGS names this worktree"),
        "{finding}"
    );
    sandbox.mend("rustflags-path");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("RUSTFLAGS", format!("-L{root} -Clink-arg={root}-other"));
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("RUSTFLAGS");
    let config = format!("[build]\nrustflags = [\n  \"-Clink-arg={root}/x\",\n]\n");
    sandbox.write("project/.cargo/config.toml", config);
    let finding = sandbox.finding("rustflags-path");
    assert!(what(&finding).contains(".cargo/config.toml:2"), "{finding}");
    // A kind of flags that comes before hides it, as for cargo.
    sandbox.set("RUSTFLAGS", "-Cdebuginfo=1");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn deps_vendored_in_tree() {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.git("project", &["init", "-q"]);
    let config = |dir: &str| {
        let text = format!("[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"{dir}\"\n");
        sandbox.write("project/.cargo/config.toml", text);
    };
    config("vendor");
    let finding = sandbox.finding("deps-vendored-in-tree");
    assert!(what(&finding).contains(".cargo/config.toml:4"), "{finding}");
    config("../vendor");
    assert!(what(&sandbox.finding("deps-vendored-in-tree")).contains("../vendor, by"));
    config(sandbox.path("vendor").to_str().unwrap());
    assert_eq!(sandbox.ids(), NOTHING, "outside it is the same for all worktrees");
}

/// No sccache of a later version can be had: the real one, which calls itself so.
#[test]
fn sccache_untried() {
    let home = Sandbox::new();
    let real = common::real_sccache();
    let script = format!("\"{}\" \"$@\" | sed 's/0\\.19\\.[0-9]*/0.99.0/'", real.display());
    let later = home.program("later/sccache", &script);
    for (sccache, is_untried) in [(later, true), (real, false)] {
        let mut sandbox = Sandbox::with_sccache(&sccache);
        assert_eq!(sandbox.finds("sccache-untried"), is_untried);
        sandbox.go_past_the_wrapper();
        assert!(!sandbox.finds("sccache-untried"), "there the form is not used");
    }
}
