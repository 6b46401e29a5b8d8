//! Cargo's incremental compilation.

pub(super) mod incremental_forced;
pub(super) mod incremental_on;
pub(super) mod incremental_spelling;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    incremental_forced::CHECK,
    incremental_on::CHECK,
    incremental_spelling::CHECK,
];
