//! For each check that prints a command: what causes its finding, and the command that must fix it.
//!
//! `ROOT` stands for the sandbox's directory, `PID` for the process of its server, `REAL` for the real sccache. A
//! command that ends in `…` is compared up to there.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use crate::checks::{cache, server};
use crate::support::{Sandbox, real_sccache};

/// A check's id, variables that cause its finding (an empty one is unset), and the command.
pub(super) type ByVariables = (&'static str, &'static [(&'static str, &'static str)], &'static str);

/// A check's id, a function that causes its finding, and the command.
pub(super) type ByFunction = (&'static str, fn(&mut Sandbox), &'static str);

pub(super) const VARIABLES: &[ByVariables] = &[
    (
        "basedirs-direct-mode",
        &[("SCCACHE_BASEDIRS", "ROOT/project")],
        "sccache-shell init --no-preprocessor-mode",
    ),
    (
        "basedirs-relative",
        &[("SCCACHE_BASEDIRS", "src")],
        "unset SCCACHE_BASEDIRS",
    ),
    ("cache-bypassed", &[("SCCACHE_RECACHE", "0")], "unset SCCACHE_RECACHE"),
    (
        "cache-size",
        &[("SCCACHE_SHELL_CACHE_SIZE", "48G")],
        "sccache-shell init --size 48G",
    ),
    (
        "cache-size-unparsed",
        &[("SCCACHE_CACHE_SIZE", "24GB")],
        "unset SCCACHE_CACHE_SIZE",
    ),
    (
        "cc-wrapper-env-unhashed",
        &[
            ("RUSTC_WRAPPER", "REAL"),
            ("NIX_CC_WRAPPER_TARGET_HOST_x", "1"),
            ("NIX_CFLAGS_COMPILE", "-DX=1"),
        ],
        "export SCCACHE_C_CUSTOM_CACHE_BUSTER=nix-…",
    ),
    (
        "client-side-frame",
        &[("SCCACHE_CLIENT_SIDE", "1")],
        "export SCCACHE_MAX_FRAME_LENGTH=…",
    ),
    (
        "client-side-ignored",
        &[
            ("SCCACHE_CLIENT_SIDE", "1"),
            ("SCCACHE_MAX_FRAME_LENGTH", "536870912"),
            ("SCCACHE_LOG", "error"),
        ],
        "unset SCCACHE_LOG",
    ),
    (
        "dir-literal",
        &[("SCCACHE_DIR", "~/my cache"), ("SCCACHE_CACHE_SIZE", "24G")],
        "export SCCACHE_DIR=\"$HOME\"/'my cache'",
    ),
    (
        "env-bool-invalid",
        &[("SCCACHE_DIRECT", "yes")],
        "export SCCACHE_DIRECT=true",
    ),
    (
        "env-overrides-file",
        &[("SCCACHE_DIR", "ROOT/cache")],
        "unset SCCACHE_DIR",
    ),
    (
        "error-log-unwritable",
        &[("SCCACHE_ERROR_LOG", "ROOT/none/log")],
        "unset SCCACHE_ERROR_LOG",
    ),
    (
        "idle-timeout",
        &[("SCCACHE_IDLE_TIMEOUT", "10m")],
        "unset SCCACHE_IDLE_TIMEOUT",
    ),
    (
        "incremental-forced",
        &[("CARGO_INCREMENTAL", "1"), ("RUSTC_WRAPPER", "REAL")],
        "export CARGO_INCREMENTAL=0",
    ),
    (
        "incremental-on",
        &[("CARGO_INCREMENTAL", "1")],
        "export CARGO_INCREMENTAL=0",
    ),
    (
        "incremental-spelling",
        &[("CARGO_INCREMENTAL", "false"), ("RUSTC_WRAPPER", "REAL")],
        "export CARGO_INCREMENTAL=0",
    ),
    (
        "port-invalid",
        &[("SCCACHE_SERVER_PORT", "70000"), ("SCCACHE_SERVER_UDS", "")],
        "unset SCCACHE_SERVER_PORT",
    ),
    (
        "readonly-mode",
        &[("SCCACHE_LOCAL_RW_MODE", "read_only"), ("SCCACHE_CACHE_SIZE", "24G")],
        "unset SCCACHE_LOCAL_RW_MODE",
    ),
    (
        "rustc-wrapper-env-unhashed",
        &[("RUSTC_WRAPPER", "REAL"), ("NIX_RUSTFLAGS", "--cfg x")],
        "export CARGO_…",
    ),
    (
        "start-server-leaked",
        &[("SCCACHE_START_SERVER", "1")],
        "unset SCCACHE_START_SERVER",
    ),
    (
        "tmpdir-unusable",
        &[("TMPDIR", "/nonexistent")],
        "export TMPDIR=/var/tmp",
    ),
    (
        "uds-bad",
        &[("SCCACHE_SERVER_UDS", "ROOT/none/s")],
        "unset SCCACHE_SERVER_UDS",
    ),
    (
        "workspace-wrapper",
        &[("RUSTC_WORKSPACE_WRAPPER", "/bin/true"), ("RUSTC_WRAPPER", "REAL")],
        "unset RUSTC_WORKSPACE_WRAPPER",
    ),
    (
        "wrapper-elsewhere",
        &[("RUSTC_WRAPPER", "/bin/true")],
        "export RUSTC_WRAPPER=sccache",
    ),
    (
        "wrapper-missing",
        &[("RUSTC_WRAPPER", "")],
        "export RUSTC_WRAPPER=sccache",
    ),
    (
        "wrapper-not-found",
        &[("RUSTC_WRAPPER", "/nonexistent/sccache")],
        "export RUSTC_WRAPPER=sccache",
    ),
    ("wrapper-shadowed", &[("CC", "REAL cc")], "export CC='sccache cc'"),
];

pub(super) const FILES: &[ByFunction] = &[
    (
        "cache-exceeds-max",
        |s| {
            cache::size::entry(s, &"a".repeat(64), 6 << 30);
            s.configure("[cache.disk]\nsize = \"4G\"\n");
        },
        "sccache-shell init --size …",
    ),
    (
        "cache-in-worktree",
        |s| {
            s.git("project", &["init", "-q"]);
            s.set("SCCACHE_DIR", s.path("project/.sccache"));
            s.set("SCCACHE_CACHE_SIZE", "24G");
        },
        "unset SCCACHE_DIR",
    ),
    (
        "cache-of-strangers",
        |s| {
            s.write("shared/cache/x", "");
            fs::set_permissions(s.path("shared"), fs::Permissions::from_mode(0o777)).unwrap();
            s.set("XDG_CACHE_HOME", s.path("shared/cache"));
            s.set("SCCACHE_DIR", s.path("objects"));
            s.set("SCCACHE_CACHE_SIZE", "24G");
        },
        "chmod go-w ROOT/shared",
    ),
    (
        "cache-size-tiny",
        |s| {
            s.configure("[cache.disk]\nsize = 50\n");
        },
        "sccache-shell init --size 24G",
    ),
    (
        "cargo-cached-wrapper-failure",
        |s| {
            s.package("A");
            s.go_past_the_wrapper();
            fs::create_dir(s.path("project/target")).unwrap();
            s.set("TMPDIR", "/nonexistent");
            assert!(!s.cargo_builds());
            s.set("TMPDIR", "/var/tmp");
        },
        "rm ROOT/project/target/.rustc_info.json",
    ),
    (
        "cargo-config-invalid",
        |s| {
            s.package("A");
            s.write("project/.cargo/config.toml", "[build\n");
            s.edit_with("[build]\n");
        },
        "\"${EDITOR:-vi}\" ROOT/project/.cargo/config.toml",
    ),
    (
        "cargo-home-per-project",
        |s| {
            s.git("project", &["init", "-q"]);
            s.set("CARGO_HOME", s.path("project/.cargo-home"));
        },
        "unset CARGO_HOME",
    ),
    (
        "cargo-target-dir-env",
        |s| {
            s.package("A");
            s.go_past_the_wrapper();
            s.set("CARGO_TARGET_DIR", s.path("project/target"));
        },
        "unset CARGO_TARGET_DIR",
    ),
    (
        "cmake-not-wrapped",
        |s| {
            s.package("A");
            let lock = "version = 4\n\n[[package]]\nname = \"cmake\"\nversion = \"0.1.54\"\n";
            s.write("project/Cargo.lock", lock);
        },
        "export CMAKE_C_COMPILER_LAUNCHER=sccache CMAKE_CXX_COMPILER_LAUNCHER=sccache",
    ),
    (
        "config-invalid",
        |s| {
            s.configure("[cache.disk\n");
            s.edit_with("[cache.disk]\nsize = \"24G\"\n");
        },
        "\"${EDITOR:-vi}\" ROOT/home/.config/sccache/config",
    ),
    (
        "config-missing",
        |s| fs::remove_file(s.config()).unwrap(),
        "sccache-shell init --size 24G",
    ),
    (
        "config-relative",
        |s| {
            s.write("project/mine.toml", "[cache.disk]\nsize = \"30G\"\n");
            s.set("SCCACHE_CONF", "mine.toml");
        },
        "export SCCACHE_CONF=ROOT/project/mine.toml",
    ),
    (
        "disk-too-small",
        |s| {
            s.unset("SCCACHE_SHELL_IGNORE");
            s.configure("[cache.disk]\nsize = \"9000T\"\n");
        },
        "sccache-shell init --size …",
    ),
    (
        "preprocessor-table-partial",
        |s| {
            let table = "[cache.disk.preprocessor_cache_mode]\nfile_stat_matches = true\n";
            s.configure(format!("[cache.disk]\nsize = \"24G\"\n{table}"));
        },
        "sccache-shell init --no-preprocessor-mode",
    ),
    (
        "rustflags-path",
        |s| {
            s.package("A");
            s.git("project", &["init", "-q"]);
            s.set("RUSTFLAGS", format!("-Clink-arg={}", s.path("project/x").display()));
        },
        "unset RUSTFLAGS",
    ),
    (
        "secrets",
        |s| {
            let config = s.configure("[cache.webdav]\nendpoint = \"http://localhost\"\npassword = \"x\"\n");
            fs::set_permissions(config, fs::Permissions::from_mode(0o640)).unwrap();
        },
        "chmod 600 ROOT/home/.config/sccache/config",
    ),
    (
        "target-dir-shared",
        |s| {
            s.package("A");
            s.second_worktree("other");
            s.set("CARGO_TARGET_DIR", s.path("shared"));
        },
        "unset CARGO_TARGET_DIR",
    ),
    (
        "wrapper-name-hides-cc",
        |s| {
            s.set("RUSTC_WRAPPER", s.program("bin/shim", "exec sccache \"$@\""));
        },
        "export RUSTC_WRAPPER=sccache",
    ),
    (
        "wrapper-renamed",
        |s| {
            let link = s.path("sccache-0-19");
            symlink(real_sccache(), &link).unwrap();
            s.set("RUSTC_WRAPPER", link);
        },
        "export RUSTC_WRAPPER=sccache",
    ),
];

/// With a running server.
pub(super) const SERVERS: &[ByFunction] = &[
    (
        "cache-dir-vanished",
        |s| {
            assert!(s.compiles_c());
            fs::remove_dir_all(s.path("home/.cache/sccache")).unwrap();
        },
        "sccache --stop-server",
    ),
    (
        "server-exe-deleted",
        |s| {
            let program = s.path("sccache");
            fs::copy(real_sccache(), &program).unwrap();
            s.run("project", &program, &["--start-server"]);
            fs::remove_file(program).unwrap();
        },
        "sccache --stop-server",
    ),
    (
        "server-not-answering",
        |s| {
            let pid = s.start_server();
            s.run("project", "kill", &["-STOP", &pid.to_string()]);
        },
        "kill -KILL PID",
    ),
    (
        "server-settings-differ",
        |s| {
            s.start_server();
            s.configure("[cache.disk]\nsize = \"48G\"\n");
        },
        "sccache --stop-server",
    ),
    (
        "server-tmpdir-ephemeral",
        |s| server_with_tmpdir(s, "nix-shell.aB3dE6"),
        "sccache --stop-server",
    ),
    (
        "server-tmpdir-gone",
        |s| {
            server_with_tmpdir(s, "tmp");
            fs::remove_dir_all(s.path("tmp")).unwrap();
        },
        "sccache --stop-server",
    ),
    (
        "shared-cache-dir",
        |s| {
            server::shared_cache_dir::let_the_config_age();
            s.start_server();
            assert!(s.compiles_c());
            s.set("SCCACHE_SERVER_UDS", s.path("t"));
        },
        "env SCCACHE_SERVER_UDS=ROOT/s sccache --stop-server",
    ),
];

/// Starts a server with a temporary directory that the shell does not have.
fn server_with_tmpdir(sandbox: &mut Sandbox, name: &str) {
    let dir = sandbox.path(name);
    fs::create_dir(&dir).unwrap();
    sandbox.set("TMPDIR", dir);
    sandbox.start_server();
    sandbox.set("TMPDIR", "/var/tmp");
}
