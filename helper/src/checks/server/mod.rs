//! The running server, and where it listens.

pub(super) mod error_log_unwritable;
pub(super) mod fd_inherit_hang;
pub(super) mod idle_timeout;
pub(super) mod port_invalid;
pub(super) mod port_not_sccache;
pub(super) mod server_exe_deleted;
pub(super) mod server_not_answering;
pub(super) mod server_other_namespace;
pub(super) mod server_other_user;
pub(super) mod server_settings_differ;
pub(super) mod server_too_old;
pub(super) mod shared_cache_dir;
pub(super) mod start_server_leaked;
pub(super) mod uds_bad;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    start_server_leaked::CHECK,
    uds_bad::CHECK,
    port_invalid::CHECK,
    port_not_sccache::CHECK,
    server_other_user::CHECK,
    server_other_namespace::CHECK,
    server_not_answering::CHECK,
    server_too_old::CHECK,
    fd_inherit_hang::CHECK,
    error_log_unwritable::CHECK,
    server_settings_differ::CHECK,
    shared_cache_dir::CHECK,
    idle_timeout::CHECK,
    server_exe_deleted::CHECK,
];
