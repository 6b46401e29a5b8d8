//! The file for the server's errors.

use std::fs::{self, FileType};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use rustix::fs::{Access, access};
use rustix::io::Errno;

use crate::environment::Environment;

/// Why no server can open SCCACHE_ERROR_LOG (`create_error_log` in sccache's `src/commands.rs`); `None` if it can, or
/// if the variable is unset. The server's working directory is that of its program then.
pub(super) fn fault(env: &Environment, sccache: Option<&Path>) -> Option<String> {
    let value = Path::new(env.get("SCCACHE_ERROR_LOG")?);
    if value.as_os_str().is_empty() {
        return Some("is empty".to_owned());
    }
    let program = fs::canonicalize(sccache?).ok()?;
    let path = program.parent()?.join(value);
    match fs::metadata(&path) {
        Ok(data) => of_file(&path, data.file_type()).map(str::to_owned),
        Err(error) if Errno::from_io_error(&error) == Some(Errno::LOOP) => {
            Some("is a link that leads back to itself".to_owned())
        }
        Err(_) => of_new_file_in(path.parent()?),
    }
}

fn of_file(path: &Path, kind: FileType) -> Option<&'static str> {
    // A pipe without a name, as `/dev/stderr` may be, is open already.
    let is_named = || fs::canonicalize(path).is_ok();
    if kind.is_dir() {
        Some("is a directory")
    } else if kind.is_socket() {
        Some("is a socket")
    } else if kind.is_fifo() && is_named() {
        Some("is a pipe, and the server would wait for its reader")
    } else {
        let is_denied = access(path, Access::WRITE_OK).is_err();
        is_denied.then_some("may not be written to")
    }
}

fn of_new_file_in(dir: &Path) -> Option<String> {
    if !dir.is_dir() {
        return Some(format!("would be in {}, which does not exist", dir.display()));
    }
    let is_denied = access(dir, Access::WRITE_OK | Access::EXEC_OK).is_err();
    is_denied.then(|| format!("would be in {}, which is not writable", dir.display()))
}
