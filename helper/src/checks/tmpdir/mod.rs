//! The temporary directories of the shell and of the server.

mod server_tmpdir_ephemeral;
mod server_tmpdir_gone;
mod tmpdir_unusable;

use super::Check;

/// In the order in which findings are shown: causes before effects.
pub(super) const CHECKS: &[Check] = &[
    server_tmpdir_gone::CHECK,
    server_tmpdir_ephemeral::CHECK,
    tmpdir_unusable::CHECK,
];
