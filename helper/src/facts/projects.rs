//! The workspaces of a shell: the one around its working directory, else those below, for repositories with the flake
//! at the root and the Rust code in `backend/` or `src-tauri/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::depth::Depth;
use crate::cargo::Cargo;
use crate::environment::Environment;
use crate::git::Repository;

/// How many levels below the root are searched.
const MAX_DEPTH: usize = 4;

/// How many directories are searched, and for how long: a repository may contain anything.
const MAX_DIRS: usize = 3000;
const LIMIT: Duration = Duration::from_millis(100);

/// How many workspaces are read, in a quick reading and in a full one.
const MAX_QUICK: usize = 3;
const MAX_PROJECTS: usize = 16;

/// Directories of dependencies and build results.
const PASSED_OVER: [&str; 3] = ["node_modules", "target", "vendor"];

/// The directories of the workspaces; the shell's own if there is none.
pub(super) fn of(shell: &Environment, depth: Depth) -> Vec<PathBuf> {
    let cwd = shell.cwd();
    let here = Cargo::root_of(shell);
    if here.is_some() && depth == Depth::Quick {
        return vec![cwd.to_owned()];
    }
    let repository = Repository::around(cwd);
    let top = repository.as_ref().map_or(cwd, |repository| &repository.root);
    // A home directory or `/` is not a project.
    if top.parent().is_none() || shell.path("HOME") == Some(top) {
        return vec![cwd.to_owned()];
    }
    let mut roots: Vec<PathBuf> = here.iter().cloned().collect();
    let mut found = vec![cwd.to_owned()];
    let max = if depth == Depth::Quick { MAX_QUICK } else { MAX_PROJECTS };
    for dir in manifests(top, repository.as_ref(), depth) {
        let root = Cargo::root_of(&shell.at(&dir)).unwrap_or(dir);
        if !roots.contains(&root) && roots.len() < max {
            found.push(root.clone());
            roots.push(root);
        }
    }
    // If no manifest applies to the working directory, only the workspaces below matter.
    if here.is_none() && found.len() > 1 {
        found.remove(0);
    }
    found
}

/// The directories below `top` with a manifest, the nearest first. A quick reading does not search below a manifest.
fn manifests(top: &Path, repository: Option<&Repository>, depth: Depth) -> Vec<PathBuf> {
    let deadline = Instant::now() + LIMIT;
    let is_other_worktree =
        |dir: &Path| repository.is_some_and(|repository| repository.others().any(|other| other == dir));
    let (mut found, mut level, mut seen) = (Vec::new(), vec![top.to_owned()], 0);
    for _ in 0..=MAX_DEPTH {
        let mut next = Vec::new();
        for dir in level {
            seen += 1;
            if seen > MAX_DIRS || Instant::now() > deadline {
                return found;
            }
            let is_manifest = dir.join("Cargo.toml").is_file();
            if is_manifest {
                found.push(dir.clone());
            }
            if !is_manifest || depth == Depth::Full {
                next.extend(below(&dir).into_iter().filter(|dir| !is_other_worktree(dir)));
            }
        }
        level = next;
    }
    found
}

/// The directories in `dir` that may be part of a project, sorted; links are not followed.
fn below(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let dirs = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let is_own = |name: &str| !name.starts_with('.') && !PASSED_OVER.contains(&name);
    let own = dirs.filter(|entry| is_own(&entry.file_name().to_string_lossy()));
    let mut own: Vec<PathBuf> = own.map(|entry| entry.path()).collect();
    own.sort();
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Tree(tempfile::TempDir);

    impl Tree {
        fn new(manifests: &[(&str, &str)]) -> Self {
            let tree = Self(tempfile::tempdir().unwrap());
            for (dir, text) in manifests {
                fs::create_dir_all(tree.0.path().join(dir)).unwrap();
                fs::write(tree.0.path().join(dir).join("Cargo.toml"), text).unwrap();
            }
            fs::create_dir_all(tree.0.path().join(".git/refs")).unwrap();
            fs::write(tree.0.path().join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
            tree
        }

        fn of(&self, dir: &str, depth: Depth) -> Vec<String> {
            let shell = Environment::new([("HOME", "/nonexistent")], &self.0.path().join(dir));
            let inside = |path: &PathBuf| path.strip_prefix(self.0.path()).unwrap().display().to_string();
            of(&shell, depth).iter().map(inside).collect()
        }
    }

    const PACKAGE: &str = "[package]\nname = \"x\"\n";

    #[test]
    fn below_a_root_without_a_manifest() {
        let tree = Tree::new(&[
            ("backend", "[workspace]\nmembers = [\"a\"]\n"),
            ("backend/a", PACKAGE),
            ("apps/desk/src-tauri", PACKAGE),
            ("node_modules/x", PACKAGE),
            (".direnv/x", PACKAGE),
        ]);
        for depth in [Depth::Quick, Depth::Full] {
            assert_eq!(tree.of("", depth), ["backend", "apps/desk/src-tauri"]);
            assert_eq!(tree.of("apps", depth), ["backend", "apps/desk/src-tauri"]);
        }
        assert_eq!(tree.of("backend/a", Depth::Quick), ["backend/a"], "the one around");
        assert_eq!(tree.of("backend", Depth::Full), ["backend", "apps/desk/src-tauri"]);
    }

    #[test]
    fn several_where_the_root_has_one() {
        let tree = Tree::new(&[
            ("", "[workspace]\nmembers = [\"a\"]\nexclude = [\"fuzz\"]\n"),
            ("a", PACKAGE),
            ("fuzz", PACKAGE),
        ]);
        assert_eq!(tree.of("", Depth::Quick), [""]);
        assert_eq!(tree.of("", Depth::Full), ["", "fuzz"]);
    }

    #[test]
    fn none() {
        assert_eq!(Tree::new(&[]).of("", Depth::Full), [""]);
    }
}
