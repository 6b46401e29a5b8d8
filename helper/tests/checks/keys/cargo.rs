//! Cargo's variables and flags.

use std::fs;
use std::os::unix::fs::symlink;

use crate::checks::shares;
use crate::support::{NOTHING, Sandbox, what};

#[test]
fn cargo_env_in_key() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    assert!(!shares(&sandbox, false, &[("CARGO_TERM_COLOR", "always")], &[]));
    assert!(shares(&sandbox, true, &[("CARGO_TERM_COLOR", "always")], &[]));
    assert!(
        shares(&sandbox, true, &[("CARGO_MINE", "a")], &[("CARGO_MINE", "b")]),
        "the crate does not read it"
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
    assert_eq!(sandbox.ids(), NOTHING, "with our wrapper");
    sandbox.go_past_the_wrapper();
    assert_eq!(sandbox.finding("cargo-target-dir-env")["severity"], "info");
    sandbox.git("project", &["init", "-q"]);
    let finding = sandbox.finding("cargo-target-dir-env");
    assert_eq!(finding["severity"], "warning");
    sandbox.fix("cargo-target-dir-env");
    assert!(!sandbox.finds("cargo-target-dir-env"));
    sandbox.write("project/.cargo/config.toml", "[build]\ntarget-dir = \"elsewhere\"\n");
    assert!(
        !sandbox.finds("cargo-target-dir-env"),
        "a setting in a file is not in the key"
    );
}

#[test]
fn cargo_home_per_project() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    // With our wrapper only the path of the sources depends on it.
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
        sandbox.fix("cargo-home-per-project");
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
    let rustc = sandbox.rustc();
    let found = |is_wrapped: bool, flags: [&str; 2]| {
        let mut before = 0;
        for flag in flags {
            before = sandbox.hits();
            let command = if is_wrapped {
                sandbox.wrapper()
            } else {
                sandbox.sccache()
            };
            sandbox.compile_library(command, &rustc, "pub fn l() {}\n", "project/target/debug/deps", &[flag]);
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
    sandbox.fix("rustflags-path");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("RUSTFLAGS", format!("-L{root} -Clink-arg={root}-other"));
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("RUSTFLAGS");
    let config = format!("[build]\nrustflags = [\n  \"-Clink-arg={root}/x\",\n]\n");
    sandbox.write("project/.cargo/config.toml", config);
    let finding = sandbox.finding("rustflags-path");
    assert!(what(&finding).contains(".cargo/config.toml:2"), "{finding}");
    // A source of flags that cargo prefers hides it.
    sandbox.set("RUSTFLAGS", "-Cdebuginfo=1");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn native_cpu_remote() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write(
        "project/.cargo/config.toml",
        "[build]\nrustflags = [\"-C\", \"target-cpu=native\"]\n",
    );
    assert!(!sandbox.finds("native-cpu-remote"), "a local cache");
    sandbox.set("SCCACHE_WEBDAV_ENDPOINT", "http://127.0.0.1:1/");
    let finding = sandbox.finding("native-cpu-remote");
    assert!(
        what(&finding).contains(".cargo/config.toml:2") && what(&finding).contains("webdav"),
        "{finding}"
    );
    sandbox.write(
        "project/.cargo/config.toml",
        "[build]\nrustflags = [\"-Ctarget-cpu=x86-64-v2\"]\n",
    );
    assert!(!sandbox.finds("native-cpu-remote"));
    sandbox.set("CFLAGS_x86_64_unknown_linux_gnu", "-O2 -march=native");
    assert!(what(&sandbox.finding("native-cpu-remote")).contains("CFLAGS_x86_64_unknown_linux_gnu"));
    // The key has the word `native`, not the processor that it stands for.
    sandbox.unset("SCCACHE_WEBDAV_ENDPOINT");
    assert!(!sandbox.finds("native-cpu-remote"));
}
