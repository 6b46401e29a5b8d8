//! The cache directory of the next server. Its size is not counted here: that takes seconds for a large cache.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

pub use file_system::{FileSystem, Kind};

pub(crate) mod file_system;

/// What is known about the cache's directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheDir {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// What keeps sccache from working in it.
    pub obstacle: Option<Obstacle>,
    /// Names of files that are not sccache's.
    pub foreign: Vec<String>,
    /// The file system that it is on.
    pub file_system: Option<FileSystem>,
    /// Whether it is on the same device as the user's home.
    pub is_with_home: bool,
}

/// What keeps sccache from working in its directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// This exists and is not a directory.
    NotADirectory(PathBuf),
    /// This directory may not be written to; and its owner.
    NotWritable(PathBuf, u32),
}

impl CacheDir {
    /// Reads the directory, without subdirectories. A relative path counts from `/`, the working directory of servers.
    pub fn read(path: &Path, home: Option<&Path>) -> Self {
        let path = Path::new("/").join(path);
        let existing = path.ancestors().find(|dir| dir.symlink_metadata().is_ok());
        let device = |dir: &Path| fs::metadata(dir).map(|meta| meta.dev()).ok();
        let entries = entries(&path);
        Self {
            obstacle: existing.and_then(|dir| obstacle(dir, &path, &entries)),
            foreign: entries
                .iter()
                .filter(|name| is_foreign(name))
                .map(|name| name.to_string_lossy().into_owned())
                .collect(),
            file_system: existing.and_then(file_system::of),
            is_with_home: existing.and_then(device) == home.and_then(device),
            path,
        }
    }
}

fn entries(dir: &Path) -> Vec<OsString> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
    names.sort();
    names
}

/// The first obstacle: the directory itself or its nearest existing ancestor, then the directories that sccache made in
/// it (after a build by a different user some are not writable).
fn obstacle(existing: &Path, wanted: &Path, entries: &[OsString]) -> Option<Obstacle> {
    let own = entries.iter().filter(|name| is_own(name) && existing == wanted);
    let below = own.map(|name| wanted.join(name));
    std::iter::once(existing.to_owned())
        .chain(below)
        .find_map(|path| match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => is_denied(&path).then(|| Obstacle::NotWritable(path, meta.uid())),
            // It was deleted meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound && path != existing => None,
            _ => Some(Obstacle::NotADirectory(path)),
        })
}

fn is_denied(dir: &Path) -> bool {
    access(dir, Access::WRITE_OK | Access::EXEC_OK).is_err()
}

/// Whether sccache did not make the file. It counts and deletes everything below the directory.
fn is_foreign(name: &OsStr) -> bool {
    let bytes = name.as_bytes();
    // `TEMPFILE_PREFIX` in sccache's `src/lru_disk_cache/mod.rs`.
    let is_temporary = bytes.starts_with(b".sccachetmp");
    // Files that backup programs and systems leave, which may be deleted.
    let is_mark = matches!(bytes, b"CACHEDIR.TAG" | b".DS_Store" | b".localized" | b"lost+found");
    !(is_own(name) || is_temporary || is_mark || bytes.starts_with(b".nfs"))
}

/// The directories of entries, by the first digit of their keys, and the one of preprocessor mode.
fn is_own(name: &OsStr) -> bool {
    matches!(name.as_bytes(), [b'0'..=b'9' | b'a'..=b'f'] | b"preprocessor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_foreign() {
        let root = tempfile::tempdir().unwrap();
        for name in ["0", "f", "preprocessor", "a"] {
            fs::create_dir(root.path().join(name)).unwrap();
        }
        fs::write(root.path().join(".sccachetmpX"), "").unwrap();
        fs::write(root.path().join("CACHEDIR.TAG"), "").unwrap();
        let read = || CacheDir::read(root.path(), None);
        assert_eq!((read().foreign, read().obstacle), (Vec::new(), None));
        fs::write(root.path().join("thesis.tex"), "").unwrap();
        fs::create_dir(root.path().join("ab")).unwrap();
        assert_eq!(read().foreign, ["ab", "thesis.tex"]);
    }

    #[test]
    fn finds_what_is_in_the_way() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        fs::write(&file, "").unwrap();
        let blocked = Some(Obstacle::NotADirectory(file.clone()));
        assert_eq!(CacheDir::read(&file, None).obstacle, blocked);
        assert_eq!(CacheDir::read(&file.join("deeper/still"), None).obstacle, blocked);
        assert_eq!(CacheDir::read(&root.path().join("new/dir"), None).obstacle, None);
        let inside = root.path().join("preprocessor");
        fs::write(&inside, "").unwrap();
        assert_eq!(
            CacheDir::read(root.path(), None).obstacle,
            Some(Obstacle::NotADirectory(inside))
        );
    }

    #[test]
    fn is_with_home() {
        let root = tempfile::tempdir().unwrap();
        assert!(CacheDir::read(&root.path().join("cache"), Some(root.path())).is_with_home);
        assert!(!CacheDir::read(Path::new("/proc/x"), Some(root.path())).is_with_home);
    }
}
