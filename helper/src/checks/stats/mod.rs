//! What the server counted.

mod clippy_uncached;
mod stats_uncached;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[stats_uncached::CHECK, clippy_uncached::CHECK];
