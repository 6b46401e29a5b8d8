//! The sccache program.

pub(super) mod mixed_versions;
pub(super) mod sccache_broken;
pub(super) mod sccache_missing;
pub(super) mod sccache_untried;
pub(super) mod tracing_unavailable;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    sccache_missing::CHECK,
    sccache_broken::CHECK,
    sccache_untried::CHECK,
    tracing_unavailable::CHECK,
    mixed_versions::CHECK,
];
