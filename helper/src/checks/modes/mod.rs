//! sccache's modes.

mod client_side_frame;
mod client_side_ignored;
mod no_cache_set;
mod readonly_mode;
mod recache_set;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    recache_set::CHECK,
    no_cache_set::CHECK,
    readonly_mode::CHECK,
    client_side_frame::CHECK,
    client_side_ignored::CHECK,
];
