//! What the tests share. A test gets a home, an sccache and a server of its own: [`Sandbox`].

mod findings;
pub(crate) mod page;
mod sandbox;
mod server;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant, SystemTime};

use serde_json::Value;

pub(crate) use sandbox::Sandbox;
pub(crate) use server::wait_for_end;

/// The helper.
pub(crate) const HELPER: &str = env!("CARGO_BIN_EXE_sccache-shell");

/// The ids of the findings in a healthy shell.
pub(crate) const NOTHING: [&str; 0] = [];

/// The first sccache on PATH.
pub(crate) fn real_sccache() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|dir| dir.join("sccache"))
        .find(|path| path.is_file())
        .and_then(|path| fs::canonicalize(path).ok())
        .expect("no sccache on PATH: run the tests by tests/run, which builds one")
}

/// An older sccache, if there is one: the program that SCCACHE_017 (or SCCACHE_016) names, or one behind the first on
/// PATH. Debian's is 0.17, so `tests/run` has that; a 0.16 must be built by hand.
pub(crate) fn older_sccache(version: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::var_os(format!("SCCACHE_{}", version.replace('.', ""))).map(PathBuf::from);
    let others = std::env::split_paths(&path).map(|dir| dir.join("sccache"));
    let has_version = |program: &PathBuf| {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).starts_with(&format!("sccache {version}.")))
    };
    let older = named.into_iter().chain(others).find(has_version);
    if older.is_none() {
        skipped(&format!("no sccache {version} on this machine"));
    }
    older
}

/// Prints that a part of a test is skipped, and why.
#[allow(clippy::print_stderr, reason = "a test has no other way to report this")]
pub(crate) fn skipped(why: &str) {
    eprintln!("skipped: {why}");
}

pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// The arguments with which `unshare` may create namespaces. Root needs no user namespace, and cannot create one in a
/// changed root.
pub(crate) fn unshare_rights() -> &'static [&'static str] {
    if is_root() { &[] } else { &["--map-root-user"] }
}

/// The message of a finding.
pub(crate) fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// Runs a program, which must succeed, and returns its stdout.
pub(crate) fn succeeds(command: &mut Command) -> String {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Waits until a condition holds, at most 30 seconds.
pub(crate) fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Sets a file's time two minutes back: sccache's preprocessor mode ignores files that changed within the last second.
pub(crate) fn make_older(path: &Path) {
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(120)).unwrap();
}

/// Bytes that cannot be compressed.
pub(crate) fn noise(size: usize, mut state: u64) -> Vec<u8> {
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..size).map(next).collect()
}

/// The manifest of a package, with `more` lines at its end.
pub(crate) fn manifest(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{more}")
}

pub(crate) fn main_that_prints(text: &str) -> String {
    format!("fn main() {{ println!(\"{text}\"); }}\n")
}
