//! sccache's modes.

mod cache_bypassed;
mod client_side_frame;
mod client_side_ignored;
mod readonly_mode;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    cache_bypassed::CHECK,
    readonly_mode::CHECK,
    client_side_frame::CHECK,
    client_side_ignored::CHECK,
];
