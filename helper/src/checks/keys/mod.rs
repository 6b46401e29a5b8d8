//! What is in a cache key, and what is missing from it.

pub(super) mod basedirs_direct_mode;
mod cargo_env_in_key;
mod cargo_home_differs_remote;
mod cargo_home_per_project;
mod cargo_target_dir_env;
mod cc_wrapper_env_unhashed;
mod native_cpu_remote;
mod rustc_wrapper_env_unhashed;
mod rustflags_path;
mod static_lib_modifiers_unhashed;

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
