//! Cargo's target directory here: who else uses it, and what cargo remembers in it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::cargo::{Cargo, Setting};
use super::environment::Environment;
use super::worktrees::Repository;
use crate::read;

/// How many other worktrees are compared; the first that shares the directory says enough.
const MAX_COMPARED: usize = 8;

/// How many such files are read; each is a library or a program of a workspace.
const MAX_DEP_INFOS: usize = 256;

/// How much of a dep-info file is read; the paths at its beginning say whose it is.
const MAX_DEP_INFO: u64 = 1 << 16;

/// How much of cargo's memory is read, in bytes; a real one has some 10,000.
const MAX_RUSTC_INFO: u64 = 1 << 20;

/// What is known about the target directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where it is, and who says so: the build directory where one is named, since cargo's units are there.
    pub dir: Setting<PathBuf>,
    /// The file in which cargo remembers what rustc said.
    pub rustc_info: PathBuf,
    /// Other worktrees of this repository whose cargo configuration names the same directory.
    pub shared_with: Vec<PathBuf>,
    /// Other worktrees of this repository that have built into it.
    pub built_by: Vec<PathBuf>,
    /// A failure of the wrapper that cargo remembers and repeats: its words.
    pub remembered_failure: Option<String>,
}

impl Target {
    /// Reads what applies in the environment's working directory; `None` outside of any cargo project.
    pub fn read(env: &Environment, cargo: &Cargo, repository: Option<&Repository>) -> Option<Self> {
        let target_dir = cargo.target_dir.clone()?;
        let units = units_dir(cargo)?;
        let mut target = Self {
            rustc_info: units.value.join(".rustc_info.json"),
            remembered_failure: None,
            shared_with: Vec::new(),
            built_by: Vec::new(),
            dir: units,
        };
        target.remembered_failure = remembered_failure(&target.rustc_info);
        if let Some(repository) = repository {
            target.find_other_users(env, repository, &target_dir.value);
        }
        Some(target)
    }

    /// A directory inside the worktree is its own; only for one outside of it the others are asked.
    fn find_other_users(&mut self, env: &Environment, repository: &Repository, target_dir: &Path) {
        let Some(dir) = canonical(&self.dir.value).filter(|dir| !dir.starts_with(&repository.root)) else {
            return;
        };
        let others = || repository.others().take(MAX_COMPARED);
        // A variable is this shell's; what the shells of the others have is not known.
        if !self.dir.origin.is_env() {
            let shares = |other: &&Path| {
                let cargo = Cargo::read(&env.at(other));
                units_dir(&cargo).and_then(|units| canonical(&units.value)).as_ref() == Some(&dir)
            };
            self.shared_with = others().filter(shares).map(Path::to_owned).collect();
        }
        let sources = dep_infos(target_dir);
        let has_built = |other: &&Path| sources.iter().any(|text| names_file_below(text, other));
        self.built_by = others().filter(has_built).map(Path::to_owned).collect();
    }
}

/// Where cargo keeps its units: the build directory, else the target directory; `None` where its name is made of
/// the workspace's path, which no two worktrees share.
pub fn units_dir(cargo: &Cargo) -> Option<Setting<PathBuf>> {
    let Some(build_dir) = &cargo.build_dir else {
        return cargo.target_dir.clone();
    };
    let text = build_dir.value.as_os_str().as_bytes();
    if contains(text, b"{workspace-path-hash}") {
        return None;
    }
    let root = cargo.root()?;
    let home = cargo.home.as_ref().map(|home| home.value.as_path());
    let templates = [("{workspace-root}", Some(root)), ("{cargo-cache-home}", home)];
    let dir = templates.into_iter().find_map(|(template, dir)| {
        let rest = build_dir.value.strip_prefix(template).ok()?;
        Some(dir?.join(rest))
    });
    Some(Setting {
        value: dir.unwrap_or_else(|| build_dir.value.clone()),
        origin: build_dir.origin.clone(),
    })
}

/// The true path of a directory that may not exist yet: of its nearest ancestor that does.
fn canonical(dir: &Path) -> Option<PathBuf> {
    dir.ancestors().find_map(|existing| {
        let rest = dir.strip_prefix(existing).ok()?;
        Some(fs::canonicalize(existing).ok()?.join(rest))
    })
}

/// The dep-info files beside the finished artifacts, `<target>/<profile>/<name>.d`: they hold absolute paths.
fn dep_infos(target_dir: &Path) -> Vec<Vec<u8>> {
    let entries = |dir: &Path| fs::read_dir(dir).into_iter().flatten().flatten();
    entries(target_dir)
        .flat_map(|profile| entries(&profile.path()).map(|entry| entry.path()))
        .filter(|path| path.extension() == Some(OsStr::new("d")))
        .take(MAX_DEP_INFOS)
        .filter_map(|path| read::start(&path, MAX_DEP_INFO).ok())
        .collect()
}

/// Dep-info escapes the spaces of a path with a backslash (rustc's `escape_dep_filename`).
fn names_file_below(dep_info: &[u8], dir: &Path) -> bool {
    let mut wanted = Vec::from(b" ");
    for byte in dir.as_os_str().as_bytes() {
        if *byte == b' ' {
            wanted.push(b'\\');
        }
        wanted.push(*byte);
    }
    wanted.push(b'/');
    contains(dep_info, &wanted)
}

fn contains(text: &[u8], wanted: &[u8]) -> bool {
    text.windows(wanted.len()).any(|window| window == wanted)
}

/// Cargo's `.rustc_info.json` (its `src/cargo/util/rustc.rs`, `Data`), as far as it matters here.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct RustcInfo {
    outputs: std::collections::BTreeMap<String, RustcOutput>,
}

#[derive(Deserialize)]
struct RustcOutput {
    success: bool,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
}

fn remembered_failure(rustc_info: &Path) -> Option<String> {
    failure_in(&read::bytes(rustc_info, MAX_RUSTC_INFO).ok()?)
}

/// The first line that sccache said when it failed.
fn failure_in(rustc_info: &[u8]) -> Option<String> {
    let info: RustcInfo = serde_json::from_slice(rustc_info).ok()?;
    info.outputs
        .into_values()
        .filter(|output| !output.success)
        .find_map(|output| {
            let mut lines = output.stderr.lines().chain(output.stdout.lines());
            lines.find(|line| line.contains("sccache")).map(str::to_owned)
        })
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(bytes: &[u8]) {
    if let Some(said) = failure_in(bytes) {
        assert!(said.contains("sccache") && !said.contains('\n'));
    }
    let named = [b"x: ", bytes, b" /w/a\\ b/lib.rs\n"].concat();
    assert!(names_file_below(&named, Path::new("/w/a b")));
    assert!(
        !names_file_below(b"x: /w/ab/lib.rs", Path::new(OsStr::from_bytes(bytes)))
            || bytes == b"/w"
            || bytes == b"/w/ab"
            || bytes.is_empty()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_a_failure_of_sccache_counts() {
        let failed = br#"{"rustc_fingerprint":1,"outputs":{"5":{"success":false,"status":"","code":2,"stdout":"","stderr":"sccache: error: no\nmore"}},"successes":{}}"#;
        assert_eq!(failure_in(failed).as_deref(), Some("sccache: error: no"));
        let other = br#"{"outputs":{"5":{"success":false,"stderr":"error: unknown option"}}}"#;
        assert_eq!(failure_in(other), None);
        let good = br#"{"outputs":{"5":{"success":true,"stderr":"sccache"}}}"#;
        assert_eq!(failure_in(good), None);
    }

    #[test]
    fn a_path_with_spaces_is_found() {
        let text = br"/t/debug/app: /w/a\ b/src/main.rs /w/c/src/lib.rs";
        assert!(names_file_below(text, Path::new("/w/a b")));
        assert!(names_file_below(text, Path::new("/w/c")));
        assert!(!names_file_below(text, Path::new("/w/a")));
        assert!(!names_file_below(text, Path::new("/t/debug")));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, dir: String) {
            holds_for(&bytes);
            let _ = names_file_below(&bytes, Path::new(&dir));
        }
    }
}
