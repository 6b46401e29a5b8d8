//! Where the cache lies and how large it may be.

mod cache_dir_unusable;
mod cache_dir_vanished;
mod cache_exceeds_max;
mod cache_in_worktree;
mod cache_of_strangers;
mod cache_on_network_fs;
mod cache_on_volatile_fs;
mod cache_size;
mod cache_size_tiny;
mod cache_size_unparsed;
mod dir_literal;
mod disk_too_small;
mod foreign_files_in_cache;
mod remote_not_compiled_in;
mod storage_unusable;

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
