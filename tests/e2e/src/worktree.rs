//! A git repository with linked worktrees.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::output::Output;

/// Runs git with a user name, without this machine's configuration.
pub fn git(dir: &Path, args: &[&str]) -> Output {
    let mut git = Command::new("git");
    git.current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .args([
            "-c",
            "user.name=tester",
            "-c",
            "user.email=tester@example.invalid",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(args);
    Output::of(&mut git).ok()
}

/// Makes `dir` a repository with all its files in one commit.
pub fn init(dir: &Path) {
    git(dir, &["init", "--quiet"]);
    commit(dir, "start");
}

/// Commits all files of `dir`.
pub fn commit(dir: &Path, message: &str) {
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--message", message]);
}

/// A linked worktree of `repository` on a branch of its own, beside it.
pub fn linked(repository: &Path, name: &str) -> PathBuf {
    let dir = repository.with_file_name(name);
    let path = dir.to_str().expect("the tests' own paths are UTF-8");
    git(repository, &["worktree", "add", "--quiet", "-b", name, path]);
    dir
}
