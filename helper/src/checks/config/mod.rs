//! Settings: sccache's config file and variables, cargo's files.

mod basedirs_relative;
mod cargo_config_invalid;
mod config_invalid;
mod config_key_too_new;
mod config_missing;
mod config_relative;
mod env_bool_invalid;
mod env_overrides_file;
mod preprocessor_table_partial;
mod secrets;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    config_key_too_new::CHECK,
    config_invalid::CHECK,
    env_bool_invalid::CHECK,
    basedirs_relative::CHECK,
    config_missing::CHECK,
    config_relative::CHECK,
    env_overrides_file::CHECK,
    preprocessor_table_partial::CHECK,
    cargo_config_invalid::CHECK,
    secrets::CHECK,
];
