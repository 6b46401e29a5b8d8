//! What is in a cache key, and what is missing from it.

pub(super) mod basedirs_direct_mode;
pub(super) mod cargo_env_in_key;
pub(super) mod cargo_home_differs_remote;
pub(super) mod cargo_home_per_project;
pub(super) mod cargo_target_dir_env;
pub(super) mod cc_wrapper_env_unhashed;
pub(super) mod native_cpu_remote;
pub(super) mod rustc_wrapper_env_unhashed;
pub(super) mod rustflags_path;
pub(super) mod static_lib_modifiers_unhashed;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    basedirs_direct_mode::CHECK,
    static_lib_modifiers_unhashed::CHECK,
    cc_wrapper_env_unhashed::CHECK,
    rustc_wrapper_env_unhashed::CHECK,
    native_cpu_remote::CHECK,
    cargo_env_in_key::CHECK,
    cargo_target_dir_env::CHECK,
    cargo_home_per_project::CHECK,
    rustflags_path::CHECK,
    cargo_home_differs_remote::CHECK,
];
