//! The programs that the builds are made of, and where throw-away directories go.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

/// Paths of all programs.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Our helper: HELPER, or what cargo built beside this program.
    pub helper: PathBuf,
    /// The real sccache: SCCACHE, or the one on PATH.
    pub sccache: PathBuf,
    /// The toolchain's own programs, not rustup's proxies.
    pub toolchain_bin: PathBuf,
}

impl Tools {
    /// Finds them.
    ///
    /// # Panics
    /// Where one is missing, with the command that fixes it.
    pub fn find() -> Self {
        let helper = machine::given("HELPER").map_or_else(beside, PathBuf::from);
        let fix = "cargo build in the root of the repository, or set HELPER to a built helper";
        assert!(helper.is_file(), "there is no helper at {}: {fix}", helper.display());
        Self {
            helper: helper.canonicalize().expect("it is there"),
            sccache: machine::given("SCCACHE").map_or_else(|| machine::program("sccache"), PathBuf::from),
            toolchain_bin: toolchain_bin(),
        }
    }

    /// Whether a program that a case needs is there.
    pub fn have(&self, program: &str) -> bool {
        self.toolchain_bin.join(program).is_file() || on_path(program).is_some()
    }
}

/// `target/debug/sccache-shell` of `target/debug/deps/quick-…` or `target/debug/differential`.
fn beside() -> PathBuf {
    let exe = env::current_exe().expect("Linux and macOS tell");
    let dirs = exe.ancestors().skip(1).take(2);
    let candidates: Vec<PathBuf> = dirs.map(|dir| dir.join("sccache-shell")).collect();
    let found = candidates.iter().find(|file| file.is_file());
    found.unwrap_or(&candidates[0]).clone()
}

fn toolchain_bin() -> PathBuf {
    let sysroot = Output::of(Command::new("rustc").args(["--print", "sysroot"])).ok();
    Path::new(sysroot.stdout().trim()).join("bin")
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = machine::path();
    env::split_paths(&path)
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

/// Where labs are made: the test cache, else `/var/tmp`. A disk, as worktrees stand on.
pub fn scratch() -> PathBuf {
    if machine::given("SCCACHE_SHELL_TEST_CACHE").is_some() {
        machine::scratch()
    } else {
        PathBuf::from("/var/tmp")
    }
}
