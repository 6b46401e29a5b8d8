//! What the server counted.

mod clippy_uncached;
mod stats_errors;
mod stats_reasons;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[stats_errors::CHECK, stats_reasons::CHECK, clippy_uncached::CHECK];
