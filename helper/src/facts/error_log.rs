//! The file that the server would write its errors to.

use std::path::Path;

use rustix::fs::{Access, access};

use super::environment::Environment;

/// Why no server can open SCCACHE_ERROR_LOG (`create_error_log` in sccache's `src/commands.rs`); `None` where it can, or the
/// variable is unset. A server stands in the directory of its program when it opens the file.
pub(super) fn fault(env: &Environment, sccache: Option<&Path>) -> Option<String> {
    let value = Path::new(env.get("SCCACHE_ERROR_LOG")?);
    if value.as_os_str().is_empty() {
        return Some("is empty".to_owned());
    }
    let program = std::fs::canonicalize(sccache?).ok()?;
    let path = program.parent()?.join(value);
    if path.is_dir() {
        return Some("is a directory".to_owned());
    }
    if path.exists() {
        return access(&path, Access::WRITE_OK)
            .is_err()
            .then(|| "may not be written to".to_owned());
    }
    let dir = path.parent()?;
    if !dir.is_dir() {
        return Some(format!("would lie in {}, which is not there", dir.display()));
    }
    let is_denied = access(dir, Access::WRITE_OK | Access::EXEC_OK).is_err();
    is_denied.then(|| format!("would lie in {}, where nothing may be written", dir.display()))
}
