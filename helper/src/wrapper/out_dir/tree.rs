//! A directory tree of plain files: its hash, and exact copies of it.

use std::fmt;
use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use rustix::fs::OFlags;

use crate::digest::Digest;

/// The most bytes of a tree that is hashed and copied in front of a compile.
pub(super) const MAX_BYTES: u64 = 32 << 20;
/// The most files and directories.
pub(super) const MAX_ENTRIES: usize = 2_000;

/// What a copy shows of a mode: the rest of the permission bits would let it be changed.
const MODE: u32 = 0o555;

/// The time of every file of a copy, 2000-01-01: older than any compile. Cargo rebuilds what is older than a
/// file that its dep-info names, and a copy serves worktrees whose clocks and builds know nothing of each other.
const TIME: Duration = Duration::from_secs(946_684_800);

/// A tree as it was read.
#[derive(Debug)]
pub(super) struct Tree {
    name: String,
    entries: Vec<Entry>,
    all_times_fixed: bool,
}

#[derive(Debug)]
struct Entry {
    /// Relative to the tree's root.
    path: PathBuf,
    mode: u32,
    is_dir: bool,
    /// A file's bytes.
    size: u64,
}

/// Why a tree is not copied.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A symlink, a socket, a file with several names: a copy would not be the same thing.
    NotPlain(PathBuf),
    /// More than [`MAX_BYTES`].
    TooLarge,
    /// More than [`MAX_ENTRIES`].
    TooMany,
    /// It could not be read, or the copy not be written.
    Io(io::Error),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotPlain(path) => write!(f, "{} is no plain file", path.display()),
            Self::TooLarge => write!(f, "more than {} MiB", MAX_BYTES >> 20),
            Self::TooMany => write!(f, "more than {MAX_ENTRIES} files"),
            Self::Io(error) => error.fmt(f),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Tree {
    /// Reads the tree below `root`, every byte of it.
    pub(super) fn read(root: &Path) -> Result<Self, Fault> {
        let mut reader = Reader::new(root);
        reader.directory(Path::new(""))?;
        Ok(reader.finish())
    }

    /// The hash of names, modes and bytes, in hex.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether there is nothing in it to read: build scripts leave empty directories behind.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.iter().all(|entry| entry.is_dir)
    }

    /// Whether `copy` is whole and unchanged, read byte by byte: it may have been half deleted, written to by
    /// somebody who may (root), or cut short by a power failure.
    pub(super) fn is_copied_to(&self, copy: &Path) -> bool {
        Self::read(copy).is_ok_and(|read| read.name == self.name && read.all_times_fixed)
    }

    /// Whether nobody has written to the copy since it was whole, by names, sizes and times: root may write, whatever
    /// a mode says.
    pub(super) fn is_untouched(&self, copy: &Path) -> bool {
        let is_same = |entry: &Entry| {
            let found = fs::symlink_metadata(copy.join(&entry.path));
            found.is_ok_and(|found| {
                found.is_dir() == entry.is_dir
                    && (entry.is_dir
                        || (found.len() == entry.size && found.modified().is_ok_and(|time| time == UNIX_EPOCH + TIME)))
            })
        };
        self.entries.iter().all(is_same) && number_of_entries(copy) == self.entries.len()
    }

    /// Copies the tree from `root` to the new directory `to`, and checks what was copied.
    pub(super) fn copy(&self, root: &Path, to: &Path) -> Result<(), Fault> {
        DirBuilder::new().mode(0o700).create(to)?;
        for entry in &self.entries {
            let target = to.join(&entry.path);
            if entry.is_dir {
                DirBuilder::new().mode(0o700).create(target)?;
            } else {
                copy_file(&root.join(&entry.path), &target, entry.mode)?;
            }
        }
        // Deepest first: nothing can be put into a directory that is closed.
        for entry in self.entries.iter().rev().filter(|entry| entry.is_dir) {
            fs::set_permissions(to.join(&entry.path), Permissions::from_mode(entry.mode))?;
        }
        if self.is_copied_to(to) {
            Ok(())
        } else {
            Err(io::Error::other("it changed while it was copied").into())
        }
    }
}

fn number_of_entries(dir: &Path) -> usize {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let below = |entry: &fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => number_of_entries(&entry.path()),
        _ => 0,
    };
    entries.map(|entry| 1 + below(&entry)).sum()
}

fn copy_file(from: &Path, to: &Path, mode: u32) -> io::Result<()> {
    let mut source = File::open(from)?;
    let mut target = OpenOptions::new().write(true).create_new(true).mode(0o600).open(to)?;
    io::copy(&mut source, &mut target)?;
    target.set_modified(UNIX_EPOCH + TIME)?;
    target.set_permissions(Permissions::from_mode(mode))
}

/// Removes a copy, whose directories nobody may write to, or whatever lies in its place.
pub(super) fn remove(copy: &Path) -> io::Result<()> {
    if !fs::symlink_metadata(copy)?.is_dir() {
        return fs::remove_file(copy);
    }
    open_directories(copy)?;
    fs::remove_dir_all(copy)
}

fn open_directories(dir: &Path) -> io::Result<()> {
    fs::set_permissions(dir, Permissions::from_mode(0o700))?;
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            open_directories(&entry.path())?;
        }
    }
    Ok(())
}

struct Reader<'a> {
    root: &'a Path,
    digest: Digest,
    buffer: Vec<u8>,
    entries: Vec<Entry>,
    bytes: u64,
    all_times_fixed: bool,
}

impl<'a> Reader<'a> {
    fn new(root: &'a Path) -> Self {
        Self {
            root,
            digest: Digest::new("OUT_DIR"),
            buffer: Vec::new(),
            entries: Vec::new(),
            bytes: 0,
            all_times_fixed: true,
        }
    }

    fn finish(self) -> Tree {
        Tree {
            name: self.digest.hex(),
            entries: self.entries,
            all_times_fixed: self.all_times_fixed,
        }
    }

    fn directory(&mut self, path: &Path) -> Result<(), Fault> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.root.join(path))? {
            names.push(entry?.file_name());
            if names.len() > MAX_ENTRIES {
                return Err(Fault::TooMany);
            }
        }
        names.sort_unstable();
        names.iter().try_for_each(|name| self.entry(path.join(name)))
    }

    fn entry(&mut self, path: PathBuf) -> Result<(), Fault> {
        if self.entries.len() == MAX_ENTRIES {
            return Err(Fault::TooMany);
        }
        let full = self.root.join(&path);
        let found = fs::symlink_metadata(&full)?;
        let (is_dir, mode) = (found.is_dir(), found.mode() & MODE);
        let plain = is_dir || (found.is_file() && found.nlink() == 1);
        // Set-user-id, set-group-id (on a file) and sticky have no place in a copy.
        if !plain || (!is_dir && found.mode() & 0o7000 != 0) {
            return Err(Fault::NotPlain(path));
        }
        self.head(&path, mode, is_dir);
        if !is_dir {
            self.all_times_fixed &= found.modified()? == UNIX_EPOCH + TIME;
            self.file(&full)?;
        }
        self.entries.push(Entry {
            path: path.clone(),
            mode,
            is_dir,
            size: found.len(),
        });
        if is_dir { self.directory(&path) } else { Ok(()) }
    }

    fn head(&mut self, path: &Path, mode: u32, is_dir: bool) {
        self.digest.field(if is_dir { b"d" } else { b"f" });
        self.digest.field(&mode.to_le_bytes());
        self.digest.field(path.as_os_str().as_bytes());
    }

    fn file(&mut self, full: &Path) -> Result<(), Fault> {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(full)?;
        self.buffer.clear();
        self.bytes += file.take(MAX_BYTES - self.bytes + 1).read_to_end(&mut self.buffer)? as u64;
        if self.bytes > MAX_BYTES {
            return Err(Fault::TooLarge);
        }
        self.digest.field(&self.buffer);
        Ok(())
    }
}

#[cfg(test)]
#[path = "tree_tests.rs"]
mod tests;
