//! What starts sccache.

pub(super) mod cargo_cached_wrapper_failure;
pub(super) mod cmake_not_wrapped;
pub(super) mod rust_analyzer_wrapper;
pub(super) mod workspace_wrapper;
pub(super) mod wrapper_elsewhere;
pub(super) mod wrapper_missing;
pub(super) mod wrapper_name_hides_cc;
pub(super) mod wrapper_not_found;
pub(super) mod wrapper_renamed;
pub(super) mod wrapper_shadowed;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    wrapper_not_found::CHECK,
    wrapper_renamed::CHECK,
    workspace_wrapper::CHECK,
    wrapper_missing::CHECK,
    wrapper_elsewhere::CHECK,
    rust_analyzer_wrapper::CHECK,
    wrapper_name_hides_cc::CHECK,
    wrapper_shadowed::CHECK,
    cmake_not_wrapped::CHECK,
    cargo_cached_wrapper_failure::CHECK,
];
