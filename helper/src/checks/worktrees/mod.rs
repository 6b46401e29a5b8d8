//! What the worktrees of a repository share.

mod basedirs_missing_worktree;
mod deps_vendored_in_tree;
mod rustc_toolchain_differs;
mod rustflags_joined;
mod target_dir_shared;
mod version_too_old_for_sharing;

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
