//! Compiles in normal form.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::support::{Sandbox, succeeds};

const X: &str = "pub fn x() {}\n";

/// Compiles a library through the wrapper, and returns the hits and misses of the server.
fn compile(sandbox: &Sandbox, text: &str) -> (u64, u64) {
    sandbox.compile_library(
        sandbox.wrapper(),
        Path::new("rustc"),
        text,
        "project/target/debug/deps",
        &[],
    );
    sandbox.hits_and_misses("Rust")
}

#[test]
fn shells_that_differ_in_cargo_only_variables_share_hits() {
    let mut sandbox = Sandbox::new();
    sandbox.set("CARGO_TERM_COLOR", "always");
    assert_eq!(compile(&sandbox, X), (0, 1));
    sandbox
        .set("CARGO_TERM_COLOR", "never")
        .set("CARGO_NET_OFFLINE", "true")
        .set("CARGO_INCREMENTAL", "1");
    assert_eq!(compile(&sandbox, X), (1, 1));
    // Plain sccache does not share them.
    sandbox.set("SCCACHE_SHELL", "off").set("CARGO_INCREMENTAL", "0");
    assert_eq!(compile(&sandbox, X), (1, 2));
}

/// As several registry crates have them: rustc's dep-info names the file with the dot.
#[test]
fn a_module_whose_path_has_a_dot_is_shared() {
    let sandbox = Sandbox::new();
    sandbox.write("dependency/sub/x.rs", X);
    let source = sandbox.write("dependency/l.rs", "#[path = \"./sub/x.rs\"] pub mod x;\n");
    fs::create_dir_all(sandbox.path("project/target/debug/deps")).unwrap();
    for counts in [(0, 1), (1, 1)] {
        let mut compile = sandbox.wrapper();
        compile
            .args(["rustc", "--crate-name", "l", "--crate-type", "lib"])
            .arg(&source);
        compile.args(["--emit=dep-info,metadata,link", "-Cmetadata=1", "-Cextra-filename=-1"]);
        succeeds(compile.arg("--out-dir").arg(sandbox.path("project/target/debug/deps")));
        assert_eq!(sandbox.hits_and_misses("Rust"), counts);
    }
}

#[test]
fn a_server_started_in_a_nix_shell_outlives_its_tmpdir() {
    let mut sandbox = Sandbox::new();
    let nix = sandbox.path("nix-shell.aB3dE6");
    fs::create_dir(&nix).unwrap();
    sandbox.set("TMPDIR", &nix);
    assert_eq!(compile(&sandbox, X), (0, 1));
    let pid = sandbox.server_pid();
    fs::remove_dir_all(&nix).unwrap();
    sandbox.set("TMPDIR", "/var/tmp");
    assert_eq!(compile(&sandbox, "pub fn y() {}\n"), (0, 2));
    assert_eq!((sandbox.server_pid(), sandbox.ids()), (pid, Vec::new()));
}

/// The script stands in for sccache. It lets the shim compile, but not write its report, as on a full disk.
#[test]
fn a_good_compile_that_cannot_be_reported_is_a_good_compile() {
    let sandbox = Sandbox::with_script(
        "[ \"$1\" = --version ] && { echo sccache 0.19.0; exit; }\n\
         mkdir \"$(dirname \"$SCCACHE_SHELL_PLAN\")/report\" || exit 9\nexec \"$@\"",
    );
    let out = "project/target/debug/deps";
    sandbox.compile_library(sandbox.wrapper(), Path::new("rustc"), X, out, &[]);
    assert!(sandbox.path(out).join("libl-1.rlib").is_file());
}

/// rustc refuses such an argument, and its message must reach the user.
#[test]
#[cfg(target_os = "linux")]
fn a_worktree_whose_name_is_not_utf_8() {
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
