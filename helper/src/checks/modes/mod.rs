//! sccache's modes.

pub(super) mod client_side_frame;
pub(super) mod client_side_ignored;
pub(super) mod no_cache_set;
pub(super) mod readonly_mode;
pub(super) mod recache_set;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    recache_set::CHECK,
    no_cache_set::CHECK,
    readonly_mode::CHECK,
    client_side_frame::CHECK,
    client_side_ignored::CHECK,
];
