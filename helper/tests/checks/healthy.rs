//! Healthy shells of different kinds: nothing is found, not even a note.

use std::fs;
use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::support::{HELPER, NOTHING, Sandbox, real_sccache, what};

#[test]
fn a_healthy_shell_is_silent() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.ids(), NOTHING);
    let output = sandbox.helper(&["check", "--quiet"]);
    assert!(
        output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(),
        "{output:?}"
    );
    sandbox.start_server();
    assert_eq!(sandbox.ids(), NOTHING);
}

fn is_silent(sandbox: &Sandbox) {
    assert_eq!(sandbox.ids(), NOTHING, "{:#?}", sandbox.findings());
    let strict = sandbox.helper(&["check", "--strict"]);
    assert_eq!(strict.status.code(), Some(0), "{strict:?}");
    let door = sandbox.helper(&["check", "--quiet"]);
    assert!(door.stdout.is_empty() && door.stderr.is_empty(), "{door:?}");
}

/// Before a build, after it, and after a second one.
fn stays_silent(sandbox: &Sandbox) {
    is_silent(sandbox);
    assert!(sandbox.cargo_builds());
    is_silent(sandbox);
    fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    assert!(sandbox.cargo_builds());
    is_silent(sandbox);
}

fn library() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/src/lib.rs", "pub fn x() {}\n");
    sandbox
}

#[test]
fn the_shell_itself() {
    stays_silent(&library());
}

#[test]
fn in_a_repository() {
    let sandbox = library();
    sandbox.commit_all("project");
    stays_silent(&sandbox);
}

#[test]
fn plain_sccache() {
    let mut sandbox = library();
    let search = std::env::var_os("PATH").unwrap();
    sandbox.set("PATH", search).set("RUSTC_WRAPPER", real_sccache());
    stays_silent(&sandbox);
}

/// rustup's proxies export variables to the programs that they start, such as a shell of `cargo run` or a build script
/// (rustup's `src/toolchain.rs`, `set_env`).
#[test]
fn a_rustup_toolchain() {
    let mut sandbox = library();
    let rustc = sandbox.rustc();
    let home = sandbox.path("home/.cargo");
    fs::create_dir_all(home.join("bin")).unwrap();
    for name in ["cargo", "rustc"] {
        let program = rustc.with_file_name(name);
        let proxy = format!(
            "export CARGO_HOME='{}' RUSTUP_HOME='{}' RUSTUP_TOOLCHAIN=stable-x86_64-unknown-linux-gnu RUST_RECURSION_COUNT=1\nexec '{}' \"$@\"",
            home.display(),
            sandbox.path("home/.rustup").display(),
            program.display()
        );
        sandbox.program(&format!("home/.cargo/bin/{name}"), &proxy);
    }
    sandbox.unset("CARGO_HOME").unset("RUSTUP_HOME");
    let search = sandbox.run("project", "sh", &["-c", "printf %s \"$PATH\""]);
    let wrapper = sandbox.path("libexec/sccache-shell");
    sandbox.set("PATH", format!("{}:{}/bin:{search}", wrapper.display(), home.display()));
    stays_silent(&sandbox);
    // In a program that a proxy starts.
    sandbox.write(
        "project/src/main.rs",
        "fn main() { let s = std::process::Command::new(std::env::args().nth(1).unwrap()).args([\"check\", \"--json\"]).status(); assert!(s.unwrap().success()); }\n",
    );
    let report = sandbox.run("project", "cargo", &["run", "-q", "--offline", "--", HELPER]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["findings"].as_array().unwrap(), &[] as &[Value], "{report:#}");
}

/// A machine of a CI service: an empty home, and a flake that asks for a large cache.
#[test]
fn ci_without_a_cache() {
    let mut sandbox = library();
    fs::remove_dir_all(sandbox.path("home/.config")).unwrap();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), ["config-missing"], "at home");
    assert!(what(&sandbox.finding("config-missing")).ends_with("; the flake wants 24 GiB"));
    sandbox.set("CI", "true");
    stays_silent(&sandbox);
    assert!(sandbox.server_pid().is_some(), "a server was started");
    // A service that keeps its caches in the checkout.
    sandbox.stop_server();
    sandbox.git("project", &["init", "-q"]);
    sandbox.set("SCCACHE_DIR", sandbox.path("project/.sccache"));
    sandbox.set("CARGO_HOME", sandbox.path("project/.cargo-home"));
    stays_silent(&sandbox);
    sandbox.set("CI", "false");
    assert_eq!(
        sandbox.ids(),
        ["config-missing", "cache-size", "cache-size", "cargo-home-per-project"],
        "at home"
    );
}

/// A runner that keeps its cache is like any other machine.
#[test]
fn ci_with_a_cache_that_grows_full() {
    let mut sandbox = library();
    fs::remove_dir_all(sandbox.path("home/.config")).unwrap();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G").set("CI", "true");
    let entry = sandbox.write(format!("home/.cache/sccache/a/a/{}", "a".repeat(64)), "");
    let grow = |size: u64| {
        fs::File::options()
            .write(true)
            .open(&entry)
            .unwrap()
            .set_len(size)
            .unwrap()
    };
    grow(4 << 30);
    assert_eq!(sandbox.ids(), NOTHING);
    grow(6 << 30);
    assert_eq!(sandbox.ids(), ["config-missing"]);
    sandbox.fix("config-missing");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn a_home_that_is_a_link() {
    let mut sandbox = library();
    symlink(sandbox.path("home"), sandbox.path("h")).unwrap();
    sandbox.set("HOME", sandbox.path("h"));
    stays_silent(&sandbox);
}
