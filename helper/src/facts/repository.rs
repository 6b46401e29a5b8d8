//! The git repository around the workspace, and what its other worktrees share.

use super::cargo::CargoFacts;
use super::shell::ShellFacts;
use super::siblings::{self, Sibling};
use crate::git::Repository;

/// The repository and its worktrees.
#[derive(Debug, Clone)]
pub struct RepositoryFacts {
    /// The git repository around the working directory.
    pub git: Option<Repository>,
    /// Whether the workspace is not the one around the shell's working directory.
    pub is_elsewhere: bool,
    /// The other worktrees, and what they share with this one; empty in a quick reading.
    pub siblings: Vec<Sibling>,
}

impl RepositoryFacts {
    pub(super) fn read(git: Option<Repository>, shell: &ShellFacts, cargo: &CargoFacts) -> Self {
        let known = git.as_ref().zip(cargo.built.as_ref());
        let siblings = known.map(|(git, built)| siblings::siblings(&shell.own, cargo, git, built));
        Self {
            siblings: siblings.unwrap_or_default(),
            is_elsewhere: false,
            git,
        }
    }
}
