//! What starts sccache.

mod cargo_cached_wrapper_failure;
mod cmake_not_wrapped;
mod program;
mod workspace_wrapper;
mod wrapper_shadowed;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    program::NOT_FOUND,
    program::RENAMED,
    workspace_wrapper::CHECK,
    program::MISSING,
    program::ELSEWHERE,
    program::RUST_ANALYZER,
    program::NAME_HIDES_CC,
    wrapper_shadowed::CHECK,
    cmake_not_wrapped::CHECK,
    cargo_cached_wrapper_failure::CHECK,
];
