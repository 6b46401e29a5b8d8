//! Settings: sccache's config file and variables, cargo's files.

pub(super) mod basedirs_relative;
pub(super) mod cargo_config_invalid;
pub(super) mod config_invalid;
pub(super) mod config_key_too_new;
pub(super) mod config_missing;
pub(super) mod config_relative;
pub(super) mod env_bool_invalid;
pub(super) mod env_overrides_file;
pub(super) mod preprocessor_table_partial;
pub(super) mod secrets;

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
