//! The machine the tests run on: the paths of the project, the test cache and the programs.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::output::Output;

/// The root of this project's own work tree.
pub fn tree() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// A file or directory of this crate's fixtures.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// The test cache that `tests/with-nix` keeps (`SCCACHE_SHELL_TEST_CACHE`).
///
/// # Panics
/// Outside `tests/with-nix`, with the command to use instead.
pub fn cache() -> PathBuf {
    match env::var_os("SCCACHE_SHELL_TEST_CACHE") {
        Some(dir) => PathBuf::from(dir),
        None => panic!("this test needs a real Nix: run it by `tests/run`, or by `tests/with-nix cargo nextest run`"),
    }
}

/// One `CARGO_HOME` for all projects of all tests, as a user has one for all projects: sccache's keys contain its path.
pub fn cargo_home() -> PathBuf {
    cache().join("cargo-home")
}

/// The directory for temporary homes and projects: on a disk, not a tmpfs, as a user's would be.
pub fn scratch() -> PathBuf {
    let dir = cache().join("scratch");
    std::fs::create_dir_all(&dir).expect("the test cache is writable");
    dir
}

/// A variable by which the caller chooses what the tests use; an empty one counts as unset.
pub fn given(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The nixpkgs for the tests' flakes (`SCCACHE_SHELL_TEST_NIXPKGS`, a flake reference), or `None` for the locked one.
pub fn nixpkgs() -> Option<String> {
    given("SCCACHE_SHELL_TEST_NIXPKGS")
}

/// The nixpkgs `lib` instead of the stand-in's (`SCCACHE_SHELL_TEST_NIXPKGS_LIB`, a path), as a flake reference.
pub fn nixpkgs_lib() -> Option<String> {
    given("SCCACHE_SHELL_TEST_NIXPKGS_LIB").map(|path| format!("path:{path}"))
}

/// The `PATH` of a login shell: without the directory that our dev shell adds, if the tests run in one.
pub fn path() -> OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs = env::split_paths(&path).filter(|dir| !dir.ends_with("libexec/sccache-shell"));
    env::join_paths(dirs).expect("they were joined before")
}

/// The full path of a program on that `PATH`.
///
/// # Panics
/// If it is not there.
pub fn program(name: &str) -> PathBuf {
    env::split_paths(&path())
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("{name} is not on PATH; run this by `tests/with-nix`"))
}

/// The first line that `program --version` prints.
pub fn version(name: &str) -> String {
    let out = Output::of(Command::new(program(name)).arg("--version"));
    out.ok().stdout().lines().next().unwrap_or_default().to_owned()
}

/// Whether the tests run as root, which is needed to run something as a different user.
pub fn is_root() -> bool {
    let out = Output::of(Command::new(program("id")).arg("-u")).ok();
    out.stdout().trim() == "0"
}
