//! Hashes of files' contents. A compiled crate is read once, not for each crate that is built with it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::paths::is_library;
use super::store::Store;
use crate::digest::Digest;

/// The resolution of a file system's clock: a second change within it may leave the same stamp.
const TICK: Duration = Duration::from_millis(50);

/// The same where times are whole seconds (ext4 with small inodes, HFS+) or, on FAT, two.
const COARSE_TICK: Duration = Duration::from_secs(2);

/// What identifies a file's content without reading it: it changes when the file is written to or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    /// Seconds and nanoseconds since 1970.
    modified: (i64, i64),
    /// Time of the last change of content, mode or name. No program can set it.
    changed: (i64, i64),
}

impl Stamp {
    fn of(data: &Metadata) -> Self {
        Self {
            device: data.dev(),
            inode: data.ino(),
            size: data.len(),
            modified: (data.mtime(), data.mtime_nsec()),
            changed: (data.ctime(), data.ctime_nsec()),
        }
    }

    /// Whether `path` itself, and not a link, still is this file, unchanged.
    pub(crate) fn is_of(&self, path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|data| Self::of(&data) == *self)
    }

    /// Whether the next change is certain to change the stamp.
    fn is_settled(&self) -> bool {
        let is_coarse = self.changed.1 == 0 && self.modified.1 == 0;
        let tick = if is_coarse { COARSE_TICK } else { TICK };
        let (seconds, nanoseconds) = self.changed.max(self.modified);
        let seconds = u64::try_from(seconds).map(Duration::from_secs);
        let nanoseconds = u64::try_from(nanoseconds).map(Duration::from_nanos);
        let (Ok(seconds), Ok(nanoseconds)) = (seconds, nanoseconds) else {
            return false;
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        now > seconds + nanoseconds + tick
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct HashedFile {
    stamp: Stamp,
    hash: String,
}

/// The files that were read, with their hashes.
#[derive(Debug)]
pub(crate) struct Contents<'a> {
    /// Keeps the hashes of compiled crates for the next process.
    store: Option<&'a Store>,
    read: RefCell<HashMap<PathBuf, HashedFile>>,
    /// Before the first file was read: see [`now`].
    pub(crate) start: (i64, i64),
}

impl<'a> Contents<'a> {
    pub(crate) fn new(store: Option<&'a Store>) -> Self {
        Self {
            store,
            read: RefCell::default(),
            start: now(),
        }
    }

    /// The hash of a file's content and of whether it is executable.
    pub(crate) fn of(&self, path: &Path) -> io::Result<String> {
        let known = self.read.borrow().get(path).cloned();
        let store = self.store.filter(|_| is_compiled(path));
        let known = known.or_else(|| store?.get("contents", &name(path)));
        if let Some(known) = known.filter(|known: &HashedFile| known.stamp.is_of(path)) {
            let hash = known.hash.clone();
            self.read.borrow_mut().insert(path.to_owned(), known);
            return Ok(hash);
        }
        let content = read(path)?;
        let hash = content.hash.clone();
        if content.stamp.is_settled() {
            if let Some(store) = store {
                let _ = store.put("contents", &name(path), &content);
            }
            self.read.borrow_mut().insert(path.to_owned(), content);
        }
        Ok(hash)
    }

    /// The stamp of a file that was read.
    pub(crate) fn stamp(&self, path: &Path) -> Option<Stamp> {
        self.read.borrow().get(path).map(|content| content.stamp.clone())
    }
}

/// Whether it is a compiled crate or a library: large, and read for each crate that uses it. Sources are read once.
pub(crate) fn is_compiled(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "rmeta") || is_library(path)
}

fn name(path: &Path) -> String {
    let mut digest = Digest::new("content");
    digest.field(path.as_os_str().as_encoded_bytes());
    digest.hex()
}

fn read(path: &Path) -> io::Result<HashedFile> {
    // A pipe without a writer would be waited for.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let mut file = fs::File::options().read(true).custom_flags(flags).open(path)?;
    let data = file.metadata()?;
    if !data.is_file() {
        return Err(io::Error::other("not a plain file"));
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(&[u8::from(data.mode() & 0o111 != 0)]);
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(&buffer[..read]),
        };
    }
    Ok(HashedFile {
        stamp: Stamp::of(&data),
        hash: hasher.finalize().to_hex().as_str().to_owned(),
    })
}

/// The present time, by the clock that stamps files: seconds and nanoseconds since 1970.
pub(crate) fn now() -> (i64, i64) {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    (now.tv_sec, now.tv_nsec)
}

/// Whether `path`, or what it leads to, was changed after `start`, a time of [`now`]. A change within one tick of the
/// clock is not noticed, but a compiler takes longer than that to start.
pub(crate) fn has_changed_since(path: &Path, start: (i64, i64)) -> bool {
    let both = [fs::symlink_metadata(path), fs::metadata(path)];
    both.iter()
        .flatten()
        .any(|data| (data.ctime(), data.ctime_nsec()) > start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;

    fn set_age(path: &Path, age: Duration) {
        let file = fs::File::options().write(true).open(path).unwrap();
        file.set_modified(SystemTime::now() - age).unwrap();
    }

    #[test]
    fn a_file_that_was_replaced_is_read_again() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&Environment::new([("HOME", home.path())], Path::new("/"))).unwrap();
        let path = home.path().join("liba.rmeta");
        let write = |text: &str| {
            fs::write(&path, text).unwrap();
            // The same time, to hide the change.
            set_age(&path, Duration::from_secs(60));
            std::thread::sleep(2 * TICK);
        };
        let hash = || Contents::new(Some(&store)).of(&path).unwrap();
        write("one");
        let one = hash();
        let files = || fs::read_dir(store.file("contents", "")).unwrap().count();
        assert_eq!((hash(), files()), (one.clone(), 1));
        write("two");
        let two = hash();
        assert_ne!(two, one);
        let other = home.path().join("other");
        fs::write(&other, "one").unwrap();
        fs::rename(&other, &path).unwrap();
        assert_eq!(hash(), one);
        // Just written, so the next change may leave the same stamp.
        let contents = Contents::new(Some(&store));
        fs::write(&path, "six").unwrap();
        contents.of(&path).unwrap();
        assert!(contents.stamp(&path).is_none());
    }

    #[test]
    fn a_link_is_read_each_time() {
        let dir = tempfile::tempdir().unwrap();
        let (target, link) = (dir.path().join("a"), dir.path().join("b"));
        fs::write(&target, "x").unwrap();
        std::os::unix::fs::symlink(&target, &link).unwrap();
        std::thread::sleep(2 * TICK);
        let contents = Contents::new(None);
        assert_eq!(contents.of(&link).unwrap(), contents.of(&target).unwrap());
        assert!(!contents.stamp(&link).unwrap().is_of(&link));
        assert!(contents.stamp(&target).unwrap().is_of(&target));
    }

    #[test]
    fn a_stamp_of_whole_seconds_is_settled_later() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let stamp = |nanoseconds| {
            let time = (i64::try_from(now).unwrap() - 1, nanoseconds);
            let (device, inode, size) = (1, 1, 1);
            let (modified, changed) = (time, time);
            Stamp {
                device,
                inode,
                size,
                modified,
                changed,
            }
        };
        assert!(!stamp(0).is_settled() && stamp(1).is_settled());
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        assert!(Contents::new(None).of(&path).is_err());
    }
}
