//! Cargo's own locks, so that no build writes to what is copied and none reads what is not finished. Cargo up to 1.96
//! locks `.cargo-lock` in a profile's directory, later ones `.cargo-build-lock` (cargo's `layout.rs`); both are
//! taken. Never waited for: a build that runs may run for an hour.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::io::Errno;

const NAMES: [&str; 2] = [".cargo-lock", ".cargo-build-lock"];

/// Locks that end with this value.
#[derive(Debug, Default)]
pub(crate) struct Locks(#[expect(dead_code, reason = "an open file is the lock")] Vec<File>);

/// Why there is no lock.
#[derive(Debug)]
pub(crate) enum LockError {
    /// A cargo builds in this directory.
    Busy(PathBuf),
    /// The lock file, and the system's words.
    Io(PathBuf, io::Error),
}

/// Keeps builds from writing to these profiles' directories. Nothing is written there: a lock file that is not
/// there is not needed by the cargo that built.
pub(crate) fn shared(profiles: impl IntoIterator<Item = PathBuf>) -> Result<Locks, LockError> {
    lock(
        profiles,
        FlockOperation::NonBlockingLockShared,
        // A lock that is a pipe is nobody's, and waits for nobody.
        |path| match OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path)
        {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            opened => opened.map(Some),
        },
    )
}

/// Keeps builds out of these profiles' directories, which are made.
pub(crate) fn exclusive(profiles: impl IntoIterator<Item = PathBuf>) -> Result<Locks, LockError> {
    lock(profiles, FlockOperation::NonBlockingLockExclusive, |path| {
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
            .open(path)
            .map(Some)
    })
}

fn lock(
    profiles: impl IntoIterator<Item = PathBuf>,
    operation: FlockOperation,
    open: impl Fn(&Path) -> io::Result<Option<File>>,
) -> Result<Locks, LockError> {
    let mut locks = Vec::new();
    for profile in profiles.into_iter().filter(|profile| !is_on_nfs(profile)) {
        for name in NAMES {
            let path = profile.join(name);
            let Some(file) = open(&path).map_err(|error| LockError::Io(path.clone(), error))? else {
                continue;
            };
            match flock(&file, operation) {
                // Cargo goes without where a file system knows no locks (`acquire` in its `flock.rs`).
                Ok(()) | Err(Errno::NOTSUP | Errno::NOSYS | Errno::NOLCK) => locks.push(file),
                Err(Errno::WOULDBLOCK) => return Err(LockError::Busy(profile)),
                Err(error) => return Err(LockError::Io(path, error.into())),
            }
        }
    }
    Ok(Locks(locks))
}

/// There cargo locks nothing, since a lock may wait for ever even where it must not (`is_on_nfs_mount`).
#[cfg(target_os = "linux")]
fn is_on_nfs(profile: &Path) -> bool {
    let nearest = profile.ancestors().find_map(|dir| rustix::fs::statfs(dir).ok());
    nearest.is_some_and(|found| found.f_type == rustix::fs::NFS_SUPER_MAGIC)
}

#[cfg(not(target_os = "linux"))]
fn is_on_nfs(_: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_builds_or_many_read() {
        let dir = tempfile::tempdir().unwrap();
        let profile = dir.path().join("debug");
        let profiles = || [profile.clone()];
        // Nobody ever built here, and reading leaves nothing.
        drop(shared(profiles()).unwrap());
        assert!(!profile.exists());
        let builder = exclusive(profiles()).unwrap();
        let busy = |result: Result<Locks, LockError>| matches!(result, Err(LockError::Busy(dir)) if dir == profile);
        assert!(busy(shared(profiles())) && busy(exclusive(profiles())));
        drop(builder);
        let readers = [shared(profiles()).unwrap(), shared(profiles()).unwrap()];
        assert!(busy(exclusive(profiles())));
        drop(readers);
        exclusive(profiles()).unwrap();
    }

    #[test]
    fn either_of_cargos_locks_is_enough() {
        for name in NAMES {
            let dir = tempfile::tempdir().unwrap();
            let file = File::create(dir.path().join(name)).unwrap();
            flock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
            assert!(
                matches!(shared([dir.path().to_owned()]), Err(LockError::Busy(_))),
                "{name}"
            );
            assert!(
                matches!(exclusive([dir.path().to_owned()]), Err(LockError::Busy(_))),
                "{name}"
            );
        }
    }
}
