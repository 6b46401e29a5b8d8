//! What the server counted.

pub(super) mod clippy_uncached;
pub(super) mod stats_errors;
pub(super) mod stats_reasons;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[stats_errors::CHECK, stats_reasons::CHECK, clippy_uncached::CHECK];
