//! Where the copies are, and how one gets there whole.
//!
//! ```text
//! $XDG_CACHE_HOME/sccache-shell/     the user's alone (0700)
//!   out/<hash>/                      a copy
//!   uses/<hash>                      its last use (the file's time), and the OUT_DIRs whose artifacts name it
//!   known/<crate>                    a crate that reads no file of its OUT_DIR
//!   lock                             shared by who uses a copy, exclusive for who removes one
//!   aged                             its time: when old copies were last removed
//! ```

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::{FlockOperation, flock};

use super::tree::{self, Fault, Tree};
use super::uses::Uses;
use crate::facts::environment::Environment;

/// What a directory is called that will be a copy, or was one.
pub(super) const UNFINISHED: &str = ".part-";

/// The user's directory of copies.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
}

/// Whoever holds it knows that no copy is removed (shared), or used for the first time (exclusive).
pub(super) struct Lock(#[allow(dead_code, reason = "closing the file gives the lock back")] File);

/// Where the directory is, or will be: by the XDG rules, which ignore relative paths.
pub(super) fn root(env: &Environment) -> Option<PathBuf> {
    let absolute = |name: &str| env.path(name).filter(|path| path.is_absolute());
    let cache = match absolute("XDG_CACHE_HOME") {
        Some(dir) => dir.to_owned(),
        None => absolute("HOME")?.join(".cache"),
    };
    Some(cache.join("sccache-shell"))
}

impl Store {
    /// Opens the directory, made where it is missing.
    pub(super) fn open(root: PathBuf) -> io::Result<Self> {
        check_owner(&root)?;
        for dir in ["out", "uses", "known"] {
            DirBuilder::new().recursive(true).mode(0o700).create(root.join(dir))?;
        }
        // What is in a copy is as secret as the target directory that it is from.
        if fs::metadata(&root)?.mode() & 0o077 != 0 {
            fs::set_permissions(&root, fs::Permissions::from_mode(0o700))?;
        }
        Ok(Self { root })
    }

    /// The copies.
    pub(super) fn out(&self) -> PathBuf {
        self.root.join("out")
    }

    /// A file or directory of the store.
    pub(super) fn at(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.join(path)
    }

    /// The record of a copy's uses.
    pub(super) fn uses(&self, name: &str) -> Uses {
        Uses::new(self.root.join("uses").join(name))
    }

    /// A whole copy of `tree`, which was read at `from`; made where there is none.
    pub(super) fn copy_of(&self, tree: &Tree, from: &Path) -> Result<PathBuf, Fault> {
        let name = tree.name();
        let copy = self.out().join(name);
        {
            let _lock = self.lock(FlockOperation::LockShared)?;
            // Before the look: what was just used is never too old.
            self.uses(name).touch()?;
            if tree.is_copied_to(&copy) {
                return Ok(copy);
            }
        }
        let part = self.unfinished(name);
        let placed = tree.copy(from, &part).and_then(|()| self.place(tree, &part, &copy));
        if placed.is_err() {
            let _ = tree::remove(&part);
        }
        placed.map(|()| copy)
    }

    fn place(&self, tree: &Tree, part: &Path, copy: &Path) -> Result<(), Fault> {
        if fs::rename(part, copy).is_err() {
            // Somebody else was quicker, or what is there is broken and has to make room.
            let lock = self.lock(FlockOperation::LockExclusive)?;
            if tree.is_copied_to(copy) {
                drop(lock);
                return Ok(tree::remove(part)?);
            }
            let broken = self.unfinished("broken");
            fs::rename(copy, &broken)?;
            fs::rename(part, copy)?;
            drop(lock);
            let _ = tree::remove(&broken);
        }
        // Only now: a directory that nobody may write to cannot be renamed everywhere.
        Ok(fs::set_permissions(copy, fs::Permissions::from_mode(0o555))?)
    }

    /// A name beside the copies that no other process takes.
    pub(super) fn unfinished(&self, name: &str) -> PathBuf {
        // Containers that share a home have the same few process ids.
        let moment = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_nanos());
        self.out()
            .join(format!("{UNFINISHED}{}-{moment:x}-{name}", std::process::id()))
    }

    /// Waits for the lock: it is held for a stat and a rename, or to read one tree.
    pub(super) fn lock(&self, how: FlockOperation) -> io::Result<Lock> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(self.root.join("lock"))?;
        flock(&file, how)?;
        Ok(Lock(file))
    }
}

/// Whatever is there already must be this user's own. A directory that `sudo` made in somebody's home would
/// lock its owner out.
fn check_owner(root: &Path) -> io::Result<()> {
    let found = root.ancestors().find_map(|dir| fs::metadata(dir).ok());
    let own = rustix::process::geteuid().as_raw();
    match found {
        Some(found) if found.uid() == own => Ok(()),
        _ => Err(io::Error::other(format!("{} is somebody else's", root.display()))),
    }
}

#[cfg(test)]
#[path = "store_tests.rs"]
mod tests;
