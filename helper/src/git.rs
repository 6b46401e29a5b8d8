//! The worktrees of the repository around a directory, from git's or Jujutsu's own files. No process is started: `git
//! rev-parse` would take longer than all other facts together, and git runs programs that the repository's config
//! names.

mod config;
mod jj;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::read;

/// The maximum size of a file of git's with one path, in bytes; paths have at most 4096.
const MAX_PATH: u64 = 1 << 16;

/// A repository with all its worktrees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The worktree of the directory.
    pub root: PathBuf,
    /// The directory that all worktrees share: `.git` of the main worktree, or the bare repository.
    pub common_dir: PathBuf,
    /// All existing worktrees, the main one first (a bare repository has none), then by name.
    pub worktrees: Vec<PathBuf>,
    /// The repository that this one is a submodule of.
    pub superproject: Option<Box<Self>>,
}

/// The directory in a different worktree that corresponds to one here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counterpart {
    /// The worktree here.
    pub ours: PathBuf,
    /// The other one.
    pub worktree: PathBuf,
    /// The directory in it; it may not exist.
    pub dir: PathBuf,
}

impl Repository {
    /// The repository around `dir`, if there is one.
    pub fn around(dir: &Path) -> Option<Self> {
        dir.ancestors().find_map(Self::at)
    }

    /// The worktrees except the directory's own; of a submodule also those of its superproject.
    pub fn others(&self) -> impl Iterator<Item = &Path> {
        self.chain().flat_map(|repository| {
            let worktrees = repository.worktrees.iter().map(PathBuf::as_path);
            worktrees.filter(|worktree| *worktree != repository.root)
        })
    }

    /// The directories in other worktrees that correspond to `dir`.
    pub fn counterparts(&self, dir: &Path) -> Vec<Counterpart> {
        let of = |repository: &Self| {
            let inside = dir.strip_prefix(&repository.root).ok()?;
            let others = repository.worktrees.iter().filter(|other| **other != repository.root);
            let counterpart = |other: &PathBuf| Counterpart {
                ours: repository.root.clone(),
                worktree: other.clone(),
                dir: other.join(inside),
            };
            Some(others.map(counterpart).collect::<Vec<_>>())
        };
        self.chain().filter_map(of).flatten().collect()
    }

    /// The worktree of this repository that this one is nested in.
    pub fn enclosing(&self) -> Option<&Path> {
        let around = self
            .worktrees
            .iter()
            .filter(|other| **other != self.root && self.root.starts_with(other));
        around.max_by_key(|other| other.as_os_str().len()).map(PathBuf::as_path)
    }

    /// This one, and those that it is a submodule of.
    fn chain(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |repository| repository.superproject.as_deref())
    }

    fn at(root: &Path) -> Option<Self> {
        let jj = jj::workspaces(root);
        let Some(git) = Self::of_git(root) else {
            let (common_dir, worktrees) = jj?;
            return Some(Self {
                root: root.to_owned(),
                common_dir,
                worktrees,
                superproject: None,
            });
        };
        let mut repository = git;
        for workspace in jj.map(|(_, all)| all).unwrap_or_default() {
            if !repository.worktrees.contains(&workspace) {
                repository.worktrees.push(workspace);
            }
        }
        Some(repository)
    }

    fn of_git(root: &Path) -> Option<Self> {
        let git_dir = git_dir(&root.join(".git"))?;
        let common_dir = common_dir(&git_dir)?;
        let main = Main::of(&common_dir);
        let mut worktrees: Vec<PathBuf> = main.worktree.into_iter().collect();
        worktrees.extend(linked_worktrees(&common_dir));
        // The directory with a bare repository and its worktrees is not a worktree. A submodule is.
        let is_container = main.is_bare && !git_dir.join("commondir").exists();
        if !is_container && !worktrees.iter().any(|worktree| worktree == root) {
            worktrees.push(root.to_owned());
        }
        let around = || root.parent().and_then(Self::around);
        let is_submodule_of =
            |around: &Self| common_dir != around.common_dir && common_dir.starts_with(&around.common_dir);
        let superproject = around().filter(is_submodule_of).map(Box::new);
        Some(Self {
            root: root.to_owned(),
            common_dir,
            worktrees,
            superproject,
        })
    }
}

/// Bytes of git's own files that change when a different commit is checked out or changes are stashed. Empty outside of
/// a repository.
pub(crate) fn checked_out(dir: &Path) -> Vec<u8> {
    let Some(git_dir) = dir.ancestors().find_map(|dir| git_dir(&dir.join(".git"))) else {
        return Vec::new();
    };
    let common_dir = common_dir(&git_dir).unwrap_or_else(|| git_dir.clone());
    let head = fs::read(git_dir.join("HEAD")).unwrap_or_default();
    let branch = head.trim_ascii_end().strip_prefix(b"ref: ").map(OsStr::from_bytes);
    let packed = common_dir.join("packed-refs");
    let commit = branch.and_then(|name| fs::read(common_dir.join(name)).ok());
    let commit = commit.or_else(|| fs::read(packed).ok()).unwrap_or_default();
    let more = [
        common_dir.join("refs/stash"),
        git_dir.join("reftable/tables.list"),
        common_dir.join("reftable/tables.list"),
    ];
    let more = more.iter().map(|path| fs::read(path).unwrap_or_default());
    [head, commit].into_iter().chain(more).flatten().collect()
}

/// Whether git tracks the file, by its path without links. An index of version 4, which shortens names, or of several
/// files is not read.
pub(crate) fn tracks(file: &Path) -> bool {
    let is_in = |root: &Path| {
        let index = read::bytes(&git_dir(&root.join(".git"))?.join("index"), read::MAX_MADE).ok()?;
        let name = file.strip_prefix(root).ok()?.as_os_str().as_bytes();
        Some(has_entry(&index, name))
    };
    file.ancestors().skip(1).find_map(is_in).unwrap_or(false)
}

/// An entry ends with its flags, whose lowest twelve bits are the length of the name, and the name with a zero byte
/// (gitformat-index(5)).
fn has_entry(index: &[u8], name: &[u8]) -> bool {
    const LENGTH: usize = 0xfff;
    let text = [name, b"\0"].concat();
    let length = |flags: &[u8; 2]| usize::from(u16::from_be_bytes(*flags)) & LENGTH;
    memchr::memmem::find_iter(index, &text).any(|at| {
        index[..at]
            .last_chunk()
            .is_some_and(|flags| length(flags) == name.len().min(LENGTH))
    })
}

/// The main worktree, by the config of the shared directory.
struct Main {
    worktree: Option<PathBuf>,
    is_bare: bool,
}

impl Main {
    /// It contains the shared directory as `.git`, unless the repository is bare or has `core.worktree`. With
    /// `extensions.worktreeConfig` these settings may be in a second file.
    fn of(common_dir: &Path) -> Self {
        let text = |name| read::text(&common_dir.join(name), read::MAX_WRITTEN).unwrap_or_default();
        let config = text("config");
        let has_own = config::value(&config, "extensions", "worktreeConfig");
        let own = config::is_true(has_own.as_deref()).then(|| text("config.worktree"));
        let core = |key| {
            let own = own.as_deref().and_then(|own| config::value(own, "core", key));
            own.or_else(|| config::value(&config, "core", key))
        };
        let is_bare = config::is_true(core("bare").as_deref());
        let beside = || {
            let is_dot_git = common_dir.file_name() == Some(OsStr::new(".git"));
            common_dir
                .parent()
                .filter(|_| is_dot_git && !is_bare)
                .map(Path::to_owned)
        };
        let named = core("worktree").and_then(|dir| fs::canonicalize(common_dir.join(dir)).ok());
        Self {
            worktree: named.or_else(beside),
            is_bare,
        }
    }
}

/// The repository of a `.git`, without links.
fn git_dir(dot_git: &Path) -> Option<PathBuf> {
    let named = named_git_dir(dot_git)?;
    if named == dot_git {
        return Some(named);
    }
    Some(fs::canonicalize(&named).unwrap_or(named))
}

/// A directory is the repository itself; a file contains `gitdir: PATH` (gitrepository-layout(5)).
fn named_git_dir(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return dot_git.join("HEAD").exists().then(|| dot_git.to_owned());
    }
    let text = read::bytes(dot_git, MAX_PATH).ok()?;
    Some(resolved(dot_git.parent()?, text.strip_prefix(b"gitdir: ")?))
}

/// The directory of a linked worktree has the path of the shared one in its file `commondir`; any other is the shared
/// one.
fn common_dir(git_dir: &Path) -> Option<PathBuf> {
    match read::bytes(&git_dir.join("commondir"), MAX_PATH) {
        Ok(path) => {
            let path = resolved(git_dir, &path);
            Some(fs::canonicalize(&path).unwrap_or(path))
        }
        Err(_) => git_dir.is_dir().then(|| git_dir.to_owned()),
    }
}

/// The worktrees that exist: `worktrees/NAME/gitdir` contains the path of a worktree's `.git`.
fn linked_worktrees(common_dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(common_dir.join("worktrees"));
    let mut worktrees: Vec<PathBuf> = entries
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let text = read::bytes(&entry.path().join("gitdir"), MAX_PATH).ok()?;
            let dot_git = resolved(&entry.path(), &text);
            // git writes it absolute, or relative (`worktree.useRelativePaths`), and then with `..` in it.
            let worktree = dot_git.parent().filter(|_| names_in_turn(&dot_git, &entry.path()))?;
            if text.starts_with(b"/") {
                Some(worktree.to_owned())
            } else {
                fs::canonicalize(worktree).ok()
            }
        })
        .collect();
    worktrees.sort();
    worktrees
}

/// Whether the worktree refers back to the entry: a different one may have replaced it.
fn names_in_turn(dot_git: &Path, entry: &Path) -> bool {
    let Some(named) = named_git_dir(dot_git) else {
        return false;
    };
    let same = || Some(fs::canonicalize(named.as_path()).ok()? == fs::canonicalize(entry).ok()?);
    // The names are mostly the same, so that the disk is not read.
    named == entry || same() == Some(true)
}

/// A path as git writes it into its files: one line, relative to the file's directory.
fn resolved(base: &Path, line: &[u8]) -> PathBuf {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    base.join(OsStr::from_bytes(line))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(dir: &Path, files: &[&[u8]]) {
    const NAMES: [&str; 5] = [".git", "g/config", "g/commondir", "g/worktrees/a/gitdir", "g/HEAD"];
    for (name, bytes) in NAMES.iter().zip(files) {
        let path = dir.join(name);
        let _ = path.parent().map(fs::create_dir_all);
        let _ = fs::write(path, bytes);
    }
    if let Some(found) = Repository::at(dir) {
        assert_eq!(found.root, dir);
        let ours = found.worktrees.iter().filter(|worktree| *worktree == dir).count();
        assert!(ours <= 1);
        assert!(found.others().count() >= found.worktrees.len() - ours);
        assert!(found.worktrees.iter().all(|worktree| worktree.is_absolute()));
    }
}

#[cfg(test)]
mod tests;
