//! Cargo's target directory: which other worktrees use it, and what cargo has cached in it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::cargo::Cargo;
use crate::cargo::build_dir::{is_used, target_profiles, was_put_into};
use crate::cargo::dep_info::names_file_below;
use crate::cargo::rustc_info::{self, RustcInfo};
use crate::environment::Environment;
use crate::git::{Counterpart, Repository};
use crate::origin::{Origin, Setting};
use crate::read;

/// How long other worktrees are compared; of a hundred each takes a fraction of a millisecond.
const LIMIT: Duration = Duration::from_millis(100);

/// How many dep-info files are read; there is one for each library and program of a workspace.
const MAX_DEP_INFOS: usize = 256;

/// How much of a dep-info file is read, in bytes; the paths at its beginning show whose it is.
const MAX_DEP_INFO: u64 = 1 << 16;

/// What is known about the target directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Where it is, and what sets it: the build directory if one is configured, since cargo's units are there.
    pub dir: Setting<PathBuf>,
    /// The file in which cargo caches rustc's answers.
    pub rustc_info: PathBuf,
    /// Other worktrees of this repository with the same directory in their cargo configuration.
    pub shared_with: Vec<PathBuf>,
    /// The link that makes two worktrees' directories the same.
    pub link: Option<PathBuf>,
    /// The line of a different worktree's configuration that names this directory.
    pub named_by: Option<Origin>,
    /// Other worktrees of this repository that have built into it.
    pub built_by: Vec<PathBuf>,
    /// Other worktrees of this repository that build into it if their shells have the same variable, which is not
    /// specific to a worktree.
    pub named_for: Vec<PathBuf>,
    /// The message of a wrapper failure that cargo has cached and repeats.
    pub remembered_failure: Option<String>,
}

impl Target {
    /// Reads what applies in the environment's working directory; `None` outside of any cargo project.
    pub fn read(env: &Environment, cargo: &Cargo, repository: Option<&Repository>) -> Option<Self> {
        let target_dir = cargo.target_dir.clone()?;
        let units = cargo.units_dir()?.clone();
        let mut target = Self {
            rustc_info: rustc_info::path(&units.value),
            remembered_failure: RustcInfo::read(&units.value).sccache_failure(),
            shared_with: Vec::new(),
            link: None,
            named_by: None,
            built_by: Vec::new(),
            named_for: Vec::new(),
            dir: units,
        };
        if let (Some(repository), Some(root)) = (repository, cargo.root()) {
            target.find_other_users(env, repository, root, &target_dir);
        }
        Some(target)
    }

    /// Cargo's settings are read in each of the other worktrees, even if the directory is in this one.
    fn find_other_users(
        &mut self,
        env: &Environment,
        repository: &Repository,
        root: &Path,
        target_dir: &Setting<PathBuf>,
    ) {
        let Some(dir) = canonical(&self.dir.value) else {
            return;
        };
        let deadline = Instant::now() + LIMIT;
        let is_inside = dir.starts_with(&repository.root);
        let is_default = target_dir.origin == Origin::Default && self.dir == *target_dir;
        let manifest = fs::read(root.join("Cargo.toml"))
            .ok()
            .filter(|_| is_default && is_inside);
        let has_its_own = |other: &Counterpart| {
            let manifest = manifest.as_ref();
            manifest.is_some_and(|manifest| builds_in_itself(&other.dir, root, manifest))
        };
        let target_dir = target_dir.value.as_path();
        let others = repository.counterparts(root);
        let mut others = others
            .iter()
            .filter(|other| other.dir.join("Cargo.toml").is_file())
            .peekable();
        let dep_infos = others.peek().map(|_| dep_infos(target_dir)).unwrap_or_default();
        for other in others.take_while(|_| Instant::now() < deadline) {
            let is_named = dep_infos
                .iter()
                .any(|text| names_file_below(text, &other.worktree, &other.ours));
            if !is_named && has_its_own(other) {
                continue;
            }
            let theirs = Cargo::read(&env.at(&other.dir));
            let units = theirs.units_dir().map(|units| &units.value);
            let is_same = units.and_then(|units| canonical(units)).as_ref() == Some(&dir);
            let their_target = theirs.target_dir.as_ref().map(|dir| dir.value.as_path());
            let other_target = their_target.filter(|dir| *dir != target_dir);
            // A variable is only known in this shell; the other shells' are known by what they built.
            if is_same && !self.dir.origin.is_env() {
                let both = [Some(&self.dir.value), units];
                let link = both.into_iter().flatten().find(|dir| dir.is_symlink()).cloned();
                self.link = self.link.take().or(link);
                let line = theirs.units_dir().map(|units| units.origin.clone());
                self.named_by = self.named_by.take().or(line.filter(|line| *line != self.dir.origin));
                self.shared_with.push(other.worktree.clone());
            } else if is_named || !is_inside && other_target.is_some_and(|theirs| self.has_artifacts_in(theirs)) {
                self.built_by.push(other.worktree.clone());
            } else if is_same && !names(&self.dir.value, &repository.root) {
                self.named_for.push(other.worktree.clone());
            }
        }
    }

    /// Whether a different worktree's target directory, in which nothing is built, has artifacts from here.
    fn has_artifacts_in(&self, theirs: &Path) -> bool {
        !is_used(theirs) && was_put_into(&self.dir.value, theirs)
    }
}

/// Whether `dir` is set up like `root`, which has cargo's default target directory: the same manifest, no cargo
/// configuration of its own, and no link. Then cargo's files need not be read for each of a hundred worktrees.
fn builds_in_itself(dir: &Path, root: &Path, manifest: &[u8]) -> bool {
    let is_nested = dir.starts_with(root) || root.starts_with(dir);
    let mut own = dir.ancestors().take_while(|dir| !root.starts_with(dir));
    !is_nested
        && own.all(|dir| !dir.join(".cargo").exists())
        && !dir.join("target").is_symlink()
        && fs::read(dir.join("Cargo.toml")).is_ok_and(|theirs| theirs == manifest)
}

/// Whether the path contains the worktree's name, as one of several directories for worktrees would.
fn names(path: &Path, worktree: &Path) -> bool {
    let name = worktree.file_name().unwrap_or_default().as_bytes();
    let is_word = |part: &[u8], at: usize| {
        let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        is_edge(at.checked_sub(1).and_then(|at| part.get(at))) && is_edge(part.get(at + name.len()))
    };
    let mut parts = path.components().map(|part| part.as_os_str().as_bytes());
    !name.is_empty() && parts.any(|part| memchr::memmem::find_iter(part, name).any(|at| is_word(part, at)))
}

/// The path without links of a directory that may not exist yet.
fn canonical(dir: &Path) -> Option<PathBuf> {
    dir.ancestors().find_map(|existing| {
        let rest = dir.strip_prefix(existing).ok()?;
        Some(fs::canonicalize(existing).ok()?.join(rest))
    })
}

/// The dep-info files beside the final artifacts, `<target>/<profile>/<name>.d`, which contain absolute paths.
fn dep_infos(target_dir: &Path) -> Vec<Vec<u8>> {
    let entries = |dir: PathBuf| fs::read_dir(dir).into_iter().flatten().flatten();
    target_profiles(target_dir)
        .flat_map(|profile| entries(profile).map(|entry| entry.path()))
        .filter(|path| path.extension() == Some(OsStr::new("d")))
        .take(MAX_DEP_INFOS)
        .filter_map(|path| read::start(&path, MAX_DEP_INFO).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_for_each_worktree_has_its_name() {
        let names = |path: &str| names(Path::new(path), Path::new("/w/app-fix"));
        assert!(names("/t/app-fix") && names("/t/x-app-fix-0/debug"));
        assert!(!names("/t/app") && !names("/t") && !names("/t/app-fixed"));
    }
}
