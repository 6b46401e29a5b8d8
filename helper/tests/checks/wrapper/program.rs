//! Cargo's rustc wrapper, and CMake without one.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::support::{NOTHING, Sandbox, manifest, older_sccache, real_sccache, skipped, what};

#[test]
fn wrapper_missing() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("RUSTC_WRAPPER");
    assert_eq!(sandbox.ids(), ["wrapper-missing"]);
    sandbox.set("RUSTC_WRAPPER", "");
    assert!(what(&sandbox.finding("wrapper-missing")).contains("RUSTC_WRAPPER is empty"));
    sandbox.fix("wrapper-missing");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn wrapper_elsewhere() {
    let mut sandbox = Sandbox::new();
    let other = sandbox.program("bin/kache", "exec \"$@\"");
    sandbox.set("RUSTC_WRAPPER", &other);
    let finding = sandbox.finding("wrapper-elsewhere");
    assert!(what(&finding).contains("from RUSTC_WRAPPER, not sccache"), "{finding}");
    sandbox.fix("wrapper-elsewhere");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("RUSTC_WRAPPER");
    sandbox.write(
        "project/.cargo/config.toml",
        "[build]\n\nrustc-wrapper = \"../bin/kache\"\n",
    );
    assert!(what(&sandbox.finding("wrapper-elsewhere")).contains(".cargo/config.toml:3"));
}

#[test]
fn wrapper_not_found() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.set("RUSTC_WRAPPER", "/nonexistent/sccache");
    assert!(!sandbox.cargo_builds());
    assert_eq!(sandbox.ids(), ["wrapper-not-found"]);
    sandbox.fix("wrapper-not-found");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.cargo_builds());
}

#[test]
fn wrapper_renamed() {
    let versions = [Some(real_sccache()), older_sccache("0.17")];
    for sccache in versions.into_iter().flatten() {
        let mut sandbox = Sandbox::with_sccache(&sccache);
        sandbox.package("A");
        let link = sandbox.path("bin/sccache-0-19");
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&sccache, &link).unwrap();
        sandbox.set("RUSTC_WRAPPER", &link);
        let mut build = sandbox.command("timeout");
        build.args(["3", "cargo", "build", "--offline"]);
        assert_eq!(build.status().unwrap().code(), Some(124), "it hangs");
        assert_eq!(sandbox.ids(), ["wrapper-renamed"]);
        sandbox.fix("wrapper-renamed");
        assert_eq!(sandbox.ids(), NOTHING);
        assert!(sandbox.cargo_builds());
    }
}

/// Whether a build script's C code is compiled by the sandbox's server; `None` if there is no cc crate in cargo's home.
fn caches_c_of_build_scripts(sandbox: &Sandbox) -> Option<bool> {
    sandbox.package("A");
    sandbox.write(
        "project/Cargo.toml",
        manifest("app", "[build-dependencies]\ncc = \"1\"\n"),
    );
    sandbox.write("project/x.c", "int x(void) { return 1; }\n");
    sandbox.write(
        "project/build.rs",
        "fn main() { cc::Build::new().file(\"x.c\").compile(\"x\"); }\n",
    );
    let _ = fs::remove_dir_all(sandbox.path("project/target"));
    if !sandbox.cargo_builds() {
        skipped("no cc crate in CARGO_HOME");
        return None;
    }
    Some(sandbox.hits_and_misses("C/C++").1 > 0)
}

#[test]
fn wrapper_name_hides_cc() {
    let mut sandbox = Sandbox::new();
    let script = sandbox.program("bin/sccache-shim", "exec sccache \"$@\"");
    sandbox.set("RUSTC_WRAPPER", &script);
    assert_ne!(caches_c_of_build_scripts(&sandbox), Some(true));
    assert_eq!(sandbox.ids(), ["wrapper-name-hides-cc"]);
    sandbox.fix("wrapper-name-hides-cc");
    assert_eq!(sandbox.ids(), NOTHING);
    assert_ne!(caches_c_of_build_scripts(&sandbox), Some(false));
    let other = sandbox.program("bin/other", "exec \"$@\"");
    sandbox.set("RUSTC_WRAPPER", other);
    assert_eq!(sandbox.ids(), ["wrapper-elsewhere"], "it does not call sccache");
}

/// rust-analyzer as a wrapper (its `crates/rust-analyzer/src/bin/rustc_wrapper.rs`): it skips `cargo check`, and passes
/// other calls to rustc.
const RUST_ANALYZER: &str =
    "rustc=$1; shift\ncase \"$*\" in *--emit=*link* | *-vV* | *--print*) exec \"$rustc\" \"$@\" ;; esac";

#[test]
fn rust_analyzer_wrapper() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/src/lib.rs", "pub fn x() {}\n");
    let analyzer = sandbox.program("bin/rust-analyzer", RUST_ANALYZER);
    sandbox.set("RUSTC_WRAPPER", &analyzer).set("RA_RUSTC_WRAPPER", "1");
    assert!(sandbox.cargo_builds());
    assert_eq!(sandbox.server_pid(), None, "without sccache");
    assert_eq!(sandbox.ids(), ["rust-analyzer-wrapper"]);
    assert!(sandbox.helper(&["check", "--quiet"]).stdout.is_empty());
    // Set by a user, not by rust-analyzer.
    sandbox.unset("RA_RUSTC_WRAPPER");
    assert_eq!(sandbox.ids(), ["wrapper-elsewhere"]);
    sandbox.set("RUSTC_WRAPPER", sandbox.path("libexec/sccache-shell/sccache"));
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("RUSTC_WRAPPER").set("RA_RUSTC_WRAPPER", "1");
    assert!(
        !sandbox.finds("rust-analyzer-wrapper"),
        "the variable alone is not a finding"
    );
}

#[test]
fn workspace_wrapper() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let other = sandbox.program("bin/mine", "exec \"$@\"");
    sandbox.set("RUSTC_WORKSPACE_WRAPPER", &other);
    assert!(
        sandbox.cargo_builds() && !sandbox.finds("workspace-wrapper"),
        "our wrapper bypasses sccache"
    );
    fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    sandbox.set("RUSTC_WORKSPACE_WRAPPER", "/nonexistent/mine");
    assert!(!sandbox.cargo_builds());
    assert!(what(&sandbox.finding("workspace-wrapper")).contains("cannot be started"));
    sandbox.set("RUSTC_WORKSPACE_WRAPPER", "");
    assert!(sandbox.cargo_builds() && !sandbox.finds("workspace-wrapper"));
    sandbox.set("RUSTC_WORKSPACE_WRAPPER", &other);
    sandbox.go_past_the_wrapper();
    assert!(!sandbox.cargo_builds());
    assert!(sandbox.finds("workspace-wrapper"));
    // Without sccache such a wrapper works.
    let wrapper = real_sccache();
    sandbox.set("RUSTC_WRAPPER", "");
    assert!(sandbox.cargo_builds() && !sandbox.finds("workspace-wrapper"));
    sandbox.set("RUSTC_WRAPPER", &wrapper);
    sandbox.fix("workspace-wrapper");
    assert!(!sandbox.finds("workspace-wrapper"));
    assert!(sandbox.cargo_builds());
    sandbox.set("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    assert!(!sandbox.finds("workspace-wrapper"));
    assert!(sandbox.cargo_builds());
    sandbox.unset("RUSTC_WORKSPACE_WRAPPER");
    sandbox.write(
        "project/.cargo/config.toml",
        "[build]\nrustc-workspace-wrapper = \"../bin/mine\"\n",
    );
    assert!(!sandbox.cargo_builds());
    assert!(what(&sandbox.finding("workspace-wrapper")).contains("config.toml:2"));
}

#[test]
fn cargo_cached_wrapper_failure() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.go_past_the_wrapper();
    fs::create_dir(sandbox.path("project/target")).unwrap();
    sandbox.set("TMPDIR", "/nonexistent");
    assert!(!sandbox.cargo_builds());
    sandbox.set("TMPDIR", "/var/tmp");
    assert!(
        !sandbox.cargo_builds(),
        "cargo does not cache the failure any more? then the check can go"
    );
    assert_eq!(sandbox.ids(), ["cargo-cached-wrapper-failure"]);
    sandbox.fix("cargo-cached-wrapper-failure");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.cargo_builds());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cargo_cached_wrapper_failure_in_the_build_directory() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.go_past_the_wrapper();
    sandbox.write("project/.cargo/config.toml", "[build]\nbuild-dir = \"units\"\n");
    fs::create_dir(sandbox.path("project/units")).unwrap();
    fs::set_permissions(sandbox.path("project/units"), fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.set("TMPDIR", "/nonexistent");
    assert!(!sandbox.cargo_builds());
    sandbox.set("TMPDIR", "/var/tmp");
    assert_eq!(sandbox.ids(), ["cargo-cached-wrapper-failure"]);
}

#[test]
fn cmake_not_wrapped() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.write(
        "project/Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"cmake\"\nversion = \"0.1.54\"\n",
    );
    let finding = sandbox.finding("cmake-not-wrapped");
    assert!(
        what(&finding).contains("a dependency that builds with CMake"),
        "{finding}"
    );
    sandbox.fix("cmake-not-wrapped");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox
        .unset("CMAKE_C_COMPILER_LAUNCHER")
        .unset("CMAKE_CXX_COMPILER_LAUNCHER");
    fs::remove_file(sandbox.path("project/Cargo.lock")).unwrap();
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.write(
        "project/CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.17)\nproject(x C)\nadd_library(x x.c)\n",
    );
    sandbox.write("project/x.c", "int x;\n");
    let built = |sandbox: &Sandbox| {
        let _ = fs::remove_dir_all(sandbox.path("b"));
        sandbox.run("project", "cmake", &["-S", ".", "-B", "../b"]);
        sandbox.run("project", "cmake", &["--build", "../b"]);
        sandbox.running_stat("requests_executed")
    };
    assert_eq!(built(&sandbox), 0, "without sccache");
    sandbox.fix("cmake-not-wrapped");
    assert!(built(&sandbox) > 0);
}
