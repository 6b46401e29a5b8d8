//! One file's bytes: shared copy-on-write where the file system can, else copied.
//!
//! By hand, since the crate for it would add Windows's bindings to what Nix fetches for every user.

use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Copies a file that is not there yet, with its mode. Whether it was shared.
pub(crate) fn share_or_copy(from: &Path, to: &Path) -> io::Result<bool> {
    if share(&File::open(from)?, to).is_ok() {
        return Ok(true);
    }
    fs::copy(from, to).map(|_| false)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn share(from: &File, to: &Path) -> io::Result<()> {
    let new = File::options().write(true).create_new(true).open(to)?;
    rustix::fs::ioctl_ficlone(&new, from)?;
    new.set_permissions(from.metadata()?.permissions())
}

#[cfg(target_vendor = "apple")]
fn share(from: &File, to: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, CloneFlags, fclonefileat};
    Ok(fclonefileat(from, CWD, to, CloneFlags::NOOWNERCOPY)?)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn share(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn bytes_and_mode() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        fs::write(&from, "x".repeat(5000)).unwrap();
        for mode in [0o755, 0o444] {
            fs::set_permissions(&from, fs::Permissions::from_mode(mode)).unwrap();
            share_or_copy(&from, &to).unwrap();
            assert_eq!(fs::read(&to).unwrap(), fs::read(&from).unwrap());
            assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o7777, mode);
            fs::remove_file(&to).unwrap();
        }
        assert!(share_or_copy(&dir.path().join("gone"), &to).is_err() && !to.exists());
    }
}
