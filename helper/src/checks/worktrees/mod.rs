//! What the worktrees of a repository share.

pub(super) mod basedirs_missing_worktree;
pub(super) mod deps_vendored_in_tree;
pub(super) mod rustc_toolchain_differs;
pub(super) mod rustflags_joined;
pub(super) mod target_dir_shared;
pub(super) mod version_too_old_for_sharing;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    target_dir_shared::CHECK,
    version_too_old_for_sharing::CHECK,
    rustflags_joined::CHECK,
    deps_vendored_in_tree::CHECK,
    rustc_toolchain_differs::CHECK,
    basedirs_missing_worktree::CHECK,
];
