//! The sccache program.

mod mixed_versions;
mod sccache_broken;
mod sccache_missing;
mod sccache_untried;
mod tracing_unavailable;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    sccache_missing::CHECK,
    sccache_broken::CHECK,
    sccache_untried::CHECK,
    tracing_unavailable::CHECK,
    mixed_versions::CHECK,
];
