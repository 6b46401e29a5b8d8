//! The file for the server's errors.

use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::io::Errno;

use crate::environment::Environment;

/// Why no server can open SCCACHE_ERROR_LOG (`create_error_log` in sccache's `src/commands.rs`); `None` if it can, or if the
/// variable is unset. The server's working directory is that of its program then.
pub(super) fn fault(env: &Environment, sccache: Option<&Path>) -> Option<String> {
    let value = Path::new(env.get("SCCACHE_ERROR_LOG")?);
    if value.as_os_str().is_empty() {
        return Some("is empty".to_owned());
    }
    let program = std::fs::canonicalize(sccache?).ok()?;
    let path = program.parent()?.join(value);
    // A named pipe; `/dev/stderr` may be a pipe without a name, which is open already.
    let has_name = || std::fs::canonicalize(&path).is_ok();
    match std::fs::metadata(&path) {
        Ok(data) if data.is_dir() => return Some("is a directory".to_owned()),
        Ok(data) if data.file_type().is_socket() => return Some("is a socket".to_owned()),
        Ok(data) if data.file_type().is_fifo() && has_name() => {
            return Some("is a pipe, and the server would wait for its reader".to_owned());
        }
        Ok(_) => {
            return access(&path, Access::WRITE_OK)
                .is_err()
                .then(|| "may not be written to".to_owned());
        }
        Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
            return Some("is a link that leads back to itself".to_owned());
        }
        Err(_) => {}
    }
    let dir = path.parent()?;
    if !dir.is_dir() {
        return Some(format!("would be in {}, which does not exist", dir.display()));
    }
    let is_denied = access(dir, Access::WRITE_OK | Access::EXEC_OK).is_err();
    is_denied.then(|| format!("would be in {}, which is not writable", dir.display()))
}
