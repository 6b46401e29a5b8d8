//! When a copy was last used, and by which OUT_DIRs.
//!
//! A target directory that is built once and used for months asks for no compile, so its copies see no use. They
//! are kept as long as one of the OUT_DIRs that they were made for exists: `cargo clean`, or removing the
//! worktree, gives them free.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A record longer than this is rewritten without what is gone.
const LONG: usize = 64 << 10;

/// The record of one copy: paths, each followed by a NUL, which no path has.
#[derive(Debug)]
pub(super) struct Uses {
    file: PathBuf,
}

impl Uses {
    /// The record in this file.
    pub(super) fn new(file: PathBuf) -> Self {
        Self { file }
    }

    /// Notes a use now.
    pub(super) fn touch(&self) -> io::Result<()> {
        self.open()?.set_modified(SystemTime::now())
    }

    /// Notes that an artifact of this OUT_DIR's crate names the copy.
    pub(super) fn add(&self, out_dir: &Path) -> io::Result<()> {
        let known = fs::read(&self.file).unwrap_or_default();
        if paths(&known).any(|path| path == out_dir) {
            return Ok(());
        }
        let mut entry = out_dir.as_os_str().as_bytes().to_vec();
        entry.push(0);
        // One write to a file opened for appending: those of parallel compiles do not mix.
        self.open()?.write_all(&entry)
    }

    /// When it was last used; `None` without a record.
    pub(super) fn last(&self) -> Option<SystemTime> {
        fs::metadata(&self.file).ok()?.modified().ok()
    }

    /// Whether an OUT_DIR that was noted is still there.
    pub(super) fn is_needed(&self) -> bool {
        let known = fs::read(&self.file).unwrap_or_default();
        paths(&known).any(Path::is_dir)
    }

    /// Drops what is gone from a long record. Nobody may add to it meanwhile.
    pub(super) fn shorten(&self) -> io::Result<()> {
        let known = fs::read(&self.file)?;
        if known.len() <= LONG {
            return Ok(());
        }
        let last = self.last();
        let mut kept = Vec::new();
        for path in paths(&known).filter(|path| path.is_dir()) {
            kept.extend_from_slice(path.as_os_str().as_bytes());
            kept.push(0);
        }
        fs::write(&self.file, kept)?;
        last.map_or(Ok(()), |last| self.open()?.set_modified(last))
    }

    /// Removes the record.
    pub(super) fn remove(&self) -> io::Result<()> {
        fs::remove_file(&self.file)
    }

    fn open(&self) -> io::Result<File> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.file)
    }
}

fn paths(record: &[u8]) -> impl Iterator<Item = &Path> {
    record
        .split(|&byte| byte == 0)
        .filter(|path| !path.is_empty())
        .map(|path| Path::new(OsStr::from_bytes(path)))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(record: &[u8]) {
    for path in paths(record) {
        let bytes = path.as_os_str().as_bytes();
        assert!(!bytes.is_empty() && !bytes.contains(&0));
    }
    let written: Vec<u8> = paths(record)
        .flat_map(|path| [path.as_os_str().as_bytes(), &[0]].concat())
        .collect();
    assert!(paths(&written).eq(paths(record)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn record() -> (tempfile::TempDir, Uses) {
        let dir = tempfile::tempdir().unwrap();
        let uses = Uses::new(dir.path().join("uses"));
        (dir, uses)
    }

    #[test]
    fn needed_while_an_out_dir_is_there() {
        let (dir, uses) = record();
        assert!(!uses.is_needed());
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        fs::create_dir(&one).unwrap();
        fs::create_dir(&two).unwrap();
        uses.add(&one).unwrap();
        uses.add(&two).unwrap();
        fs::remove_dir(&one).unwrap();
        assert!(uses.is_needed());
        fs::remove_dir(&two).unwrap();
        assert!(!uses.is_needed());
    }

    #[test]
    fn the_same_out_dir_is_noted_once() {
        let (dir, uses) = record();
        uses.add(dir.path()).unwrap();
        let once = fs::read(&uses.file).unwrap();
        uses.add(dir.path()).unwrap();
        assert_eq!(fs::read(&uses.file).unwrap(), once);
    }

    proptest::proptest! {
        #[test]
        fn any_record_is_read(record: Vec<u8>) {
            holds_for(&record);
        }
    }

    #[test]
    fn touching_is_a_use() {
        let (_dir, uses) = record();
        assert_eq!(uses.last(), None);
        uses.touch().unwrap();
        uses.open().unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        uses.touch().unwrap();
        assert!(uses.last().unwrap().elapsed().unwrap() < Duration::from_secs(60));
    }

    #[test]
    fn a_long_record_loses_what_is_gone_and_keeps_its_time() {
        let (dir, uses) = record();
        uses.add(dir.path()).unwrap();
        for number in 0..LONG / 20 {
            let mut entry = format!("/nonexistent/out/{number:020}").into_bytes();
            entry.push(0);
            uses.open().unwrap().write_all(&entry).unwrap();
        }
        let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        uses.open().unwrap().set_modified(old).unwrap();
        uses.shorten().unwrap();
        let kept = fs::read(&uses.file).unwrap();
        assert_eq!(paths(&kept).collect::<Vec<_>>(), [dir.path()]);
        assert_eq!(uses.last(), Some(old));
    }

    #[test]
    fn a_short_record_stays() {
        let (_dir, uses) = record();
        uses.add(Path::new("/nonexistent/out")).unwrap();
        let before = fs::read(&uses.file).unwrap();
        uses.shorten().unwrap();
        assert_eq!(fs::read(&uses.file).unwrap(), before);
    }
}
