//! Cargo's incremental compilation.

mod incremental_forced;
mod incremental_on;
mod incremental_spelling;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    incremental_forced::CHECK,
    incremental_on::CHECK,
    incremental_spelling::CHECK,
];
