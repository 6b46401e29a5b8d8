//! Where the cache lies and how large it may be.

pub(super) mod cache_dir_unusable;
pub(super) mod cache_dir_vanished;
pub(super) mod cache_exceeds_max;
pub(super) mod cache_in_worktree;
pub(super) mod cache_of_strangers;
pub(super) mod cache_on_network_fs;
pub(super) mod cache_on_volatile_fs;
pub(super) mod cache_size;
pub(super) mod cache_size_tiny;
pub(super) mod cache_size_unparsed;
pub(super) mod dir_literal;
pub(super) mod disk_too_small;
pub(super) mod foreign_files_in_cache;
pub(super) mod remote_not_compiled_in;
pub(super) mod storage_unusable;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    storage_unusable::CHECK,
    cache_dir_unusable::CHECK,
    foreign_files_in_cache::CHECK,
    cache_exceeds_max::CHECK,
    cache_size_unparsed::CHECK,
    cache_size_tiny::CHECK,
    dir_literal::CHECK,
    cache_size::CHECK,
    cache_dir_vanished::CHECK,
    cache_on_volatile_fs::CHECK,
    cache_on_network_fs::CHECK,
    cache_in_worktree::CHECK,
    disk_too_small::CHECK,
    cache_of_strangers::CHECK,
    remote_not_compiled_in::CHECK,
];
