//! Copies one unit: shared copy-on-write where the file system can, with its times to the nanosecond, and the
//! fingerprint's hash as the very last file. Killed anywhere, it leaves what cargo builds anew.

use std::collections::HashMap;
use std::fs::{self, FileType, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, Timespec, Timestamps, UTIME_OMIT, utimensat};

use super::layout::Unit;
use super::share::share_or_copy;

/// A unit's files, found before anything is copied.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parcel {
    /// In the order in which they are copied.
    entries: Vec<Entry>,
    /// Directories that are the unit's own.
    owned: Vec<PathBuf>,
    /// The size of all files.
    pub(crate) bytes: u64,
}

#[derive(Debug, Clone)]
struct Entry {
    path: PathBuf,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Directory,
    Link(PathBuf),
    File(Stamp),
    /// A second name of a file that was copied before it.
    SameAs(PathBuf),
}

/// What changes when a file is written to, or replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

/// How a unit was copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Copied {
    pub(crate) files: usize,
    /// Of these, shared copy-on-write.
    pub(crate) shared: usize,
}

/// Why a unit was not copied; nothing of it is left.
#[derive(Debug)]
pub(crate) enum CopyError {
    /// Somebody wants no more.
    Stopped,
    /// The source was written to meanwhile.
    Changed,
    /// The file, and the system's words.
    Io(PathBuf, io::Error),
}

impl Parcel {
    /// Finds the unit's files below `root`.
    pub(crate) fn of(unit: &Unit, root: &Path) -> io::Result<Self> {
        let mut parcel = Self::default();
        let mut names = HashMap::new();
        for output in &unit.outputs {
            parcel.add(root, output, &mut names)?;
        }
        let dir = unit.place.fingerprint_dir();
        let hash = dir.join(&unit.fingerprint.file);
        parcel.add(root, &dir, &mut names)?;
        // The sort keeps the order of the others.
        parcel.entries.sort_by_key(|entry| entry.path == hash);
        Ok(parcel)
    }

    fn add(&mut self, root: &Path, path: &Path, names: &mut HashMap<u64, PathBuf>) -> io::Result<()> {
        let full = root.join(path);
        let data = fs::symlink_metadata(&full)?;
        let what = what(&full, path, &data, names)?;
        if let What::File(stamp) = &what {
            self.bytes += stamp.size;
        }
        let is_directory = matches!(what, What::Directory);
        self.entries.push(Entry {
            path: path.to_owned(),
            what,
        });
        if is_directory {
            self.owned.push(path.to_owned());
            let mut below: Vec<_> = fs::read_dir(&full)?.collect::<Result<_, _>>()?;
            below.sort_by_key(fs::DirEntry::file_name);
            for entry in below {
                self.add(root, &path.join(entry.file_name()), names)?;
            }
        }
        Ok(())
    }

    /// Copies everything from `from` to `to`, where the unit is not, or not finished. `go_on` is asked before each file.
    pub(crate) fn copy(&self, from: &Path, to: &Path, go_on: &dyn Fn() -> bool) -> Result<Copied, CopyError> {
        let copied = self.try_copy(from, to, go_on);
        if copied.is_err() {
            self.remove(to);
        }
        copied
    }

    fn try_copy(&self, from: &Path, to: &Path, go_on: &dyn Fn() -> bool) -> Result<Copied, CopyError> {
        let mut copied = Copied::default();
        // What a build that was stopped left in the unit's own directories would mix with what is copied.
        self.remove(to);
        let Some((hash, others)) = self.entries.split_last() else {
            return Ok(copied);
        };
        for entry in others {
            entry.copy(from, to, go_on, &mut copied)?;
        }
        if !self.entries.iter().all(|entry| entry.is_unchanged(from)) {
            return Err(CopyError::Changed);
        }
        hash.copy(from, to, go_on, &mut copied)?;
        Ok(copied)
    }

    /// Takes away what is at the unit's places, the hash first.
    fn remove(&self, to: &Path) {
        let files = self
            .entries
            .iter()
            .rev()
            .filter(|entry| !matches!(entry.what, What::Directory));
        for entry in files {
            let _ = fs::remove_file(to.join(&entry.path));
        }
        for dir in self.owned.iter().rev() {
            let _ = fs::remove_dir_all(to.join(dir));
        }
    }
}

fn what(full: &Path, path: &Path, data: &Metadata, names: &mut HashMap<u64, PathBuf>) -> io::Result<What> {
    let is = |kind: fn(&FileType) -> bool| kind(&data.file_type());
    if is(FileType::is_dir) {
        return Ok(What::Directory);
    }
    if is(FileType::is_symlink) {
        return Ok(What::Link(fs::read_link(full)?));
    }
    if !is(FileType::is_file) {
        return Err(io::Error::other("neither a file nor a directory nor a link"));
    }
    if data.nlink() > 1 {
        if let Some(first) = names.get(&data.ino()) {
            return Ok(What::SameAs(first.clone()));
        }
        names.insert(data.ino(), path.to_owned());
    }
    Ok(What::File(Stamp::of(data)))
}

impl Stamp {
    fn of(data: &Metadata) -> Self {
        Self {
            inode: data.ino(),
            size: data.size(),
            modified: (data.mtime(), data.mtime_nsec()),
        }
    }
}

impl Entry {
    fn copy(&self, from: &Path, to: &Path, go_on: &dyn Fn() -> bool, copied: &mut Copied) -> Result<(), CopyError> {
        if !go_on() {
            return Err(CopyError::Stopped);
        }
        self.try_copy(from, to, copied)
            .map_err(|error| CopyError::Io(to.join(&self.path), error))
    }

    fn try_copy(&self, from: &Path, to: &Path, copied: &mut Copied) -> io::Result<()> {
        let new = to.join(&self.path);
        match &self.what {
            What::Directory => fs::create_dir_all(&new),
            What::Link(target) => symlink(target, &new),
            What::SameAs(first) => fs::hard_link(to.join(first), &new),
            What::File(stamp) => {
                if let Some(dir) = new.parent() {
                    fs::create_dir_all(dir)?;
                }
                let is_shared = share_or_copy(&from.join(&self.path), &new)?;
                copied.files += 1;
                copied.shared += usize::from(is_shared);
                set_modified(&new, stamp.modified)
            }
        }
    }

    fn is_unchanged(&self, root: &Path) -> bool {
        let What::File(stamp) = self.what else {
            return true;
        };
        fs::symlink_metadata(root.join(&self.path)).is_ok_and(|data| Stamp::of(&data) == stamp)
    }
}

/// Not by an open file: one that nobody may write to has a time as well.
fn set_modified(path: &Path, (seconds, nanoseconds): (i64, i64)) -> io::Result<()> {
    let keep = Timespec {
        tv_sec: 0,
        tv_nsec: UTIME_OMIT,
    };
    let times = Timestamps {
        last_access: keep,
        last_modification: Timespec {
            tv_sec: seconds,
            tv_nsec: nanoseconds,
        },
    };
    Ok(utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW)?)
}

#[cfg(test)]
mod tests;
