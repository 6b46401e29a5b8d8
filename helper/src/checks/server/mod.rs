//! The running server, and where it listens.

mod error_log_unwritable;
mod fd_inherit_hang;
mod idle_timeout;
mod port_invalid;
mod port_not_sccache;
mod server_exe_deleted;
mod server_not_answering;
mod server_other_namespace;
mod server_other_user;
mod server_settings_differ;
mod shared_cache_dir;
mod start_server_leaked;
mod uds_bad;

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
    fd_inherit_hang::CHECK,
    error_log_unwritable::CHECK,
    server_settings_differ::CHECK,
    shared_cache_dir::CHECK,
    idle_timeout::CHECK,
    server_exe_deleted::CHECK,
];
