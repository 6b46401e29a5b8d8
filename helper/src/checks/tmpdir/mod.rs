//! The temporary directories of the shell and of the server.

pub(super) mod server_tmpdir_ephemeral;
pub(super) mod server_tmpdir_gone;
pub(super) mod tmpdir_missing;
pub(super) mod tmpdir_too_long;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    server_tmpdir_gone::CHECK,
    server_tmpdir_ephemeral::CHECK,
    tmpdir_missing::CHECK,
    tmpdir_too_long::CHECK,
];
