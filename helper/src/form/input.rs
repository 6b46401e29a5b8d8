//! What a compile depends on beside its arguments: files, lists of names, what is and what is not there.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::contents::Contents;
use super::place::Places;

/// The state of one path, by its name (see [`Places::name`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) name: OsString,
    pub(crate) state: State,
}

/// What is known of it; of several the first says the most, see [`tidy`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum State {
    /// A file that was read: its content.
    File(String),
    /// A directory whose names were read.
    Names(String),
    /// A toolchain's file that was read: size and time, which an installation changes.
    Stamp(String),
    /// There, and only asked for: what its metadata says.
    Entry(String),
    /// Nothing is there.
    Absent,
}

impl State {
    /// The state of what was read at `path` now.
    pub(crate) fn read(path: &Path, contents: &Contents<'_>) -> io::Result<Self> {
        let data = match fs::metadata(path) {
            Ok(data) => data,
            Err(error) if is_absence(&error) => return Ok(Self::Absent),
            Err(error) => return Err(error),
        };
        let link = link(path).map_or(String::new(), |to| format!(" by a link to {}", to.display()));
        if data.is_dir() {
            Ok(Self::Names(names(path)? + &link))
        } else {
            Ok(Self::File(contents.of(path)? + &link))
        }
    }

    /// What the metadata at `path` says now, but for times and owner.
    pub(crate) fn entry(path: &Path) -> Self {
        let link = link(path).map_or(String::new(), |to| format!("a link to {} ", to.display()));
        match fs::metadata(path) {
            Ok(data) if data.is_file() => Self::Entry(format!(
                "{link}a file of {} bytes, {:o}",
                data.len(),
                data.mode() & 0o111
            )),
            Ok(data) if data.is_dir() => Self::Entry(format!("{link}a directory")),
            Ok(_) => Self::Entry(format!("{link}something else")),
            Err(_) if link.is_empty() => Self::Absent,
            Err(_) => Self::Entry(format!("{link}that leads nowhere")),
        }
    }

    /// The size and the time of a file that no build makes.
    pub(crate) fn stamp(path: &Path) -> Self {
        match fs::metadata(path) {
            Ok(data) => Self::Stamp(format!("{} {}.{}", data.len(), data.mtime(), data.mtime_nsec())),
            Err(_) => Self::Absent,
        }
    }

    /// The entry of a directory that is no link.
    pub(crate) fn directory() -> Self {
        Self::Entry("a directory".to_owned())
    }

    /// For the key and for a person.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::File(text) | Self::Names(text) | Self::Entry(text) | Self::Stamp(text) => text,
            Self::Absent => "absent",
        }
    }

    /// Whether it is the state of `path` now.
    pub(crate) fn is_now(&self, path: &Path, contents: &Contents<'_>) -> bool {
        self.now(path, contents).is_ok_and(|now| now == *self)
    }

    fn now(&self, path: &Path, contents: &Contents<'_>) -> io::Result<Self> {
        match self {
            Self::File(_) | Self::Names(_) => Self::read(path, contents),
            Self::Entry(_) | Self::Absent => Ok(Self::entry(path)),
            Self::Stamp(_) => Ok(Self::stamp(path)),
        }
    }
}

impl Input {
    /// Whether it is now as it was.
    pub(crate) fn holds(&self, places: &Places, contents: &Contents<'_>) -> bool {
        let path = places.path(&self.name);
        path.is_some_and(|path| self.state.is_now(&path, contents))
    }

    /// For the key and for a person.
    pub(crate) fn line(&self) -> (Vec<u8>, Vec<u8>) {
        (self.name.as_bytes().to_owned(), self.state.text().into())
    }
}

/// Where the link at `path` leads.
fn link(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn names(dir: &Path) -> io::Result<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        names.push((entry.file_name(), kind.is_dir(), kind.is_symlink()));
    }
    names.sort();
    let mut digest = crate::digest::Digest::new("names");
    for (name, is_dir, is_link) in names {
        digest.field(name.as_bytes());
        digest.field(&[u8::from(is_dir), u8::from(is_link)]);
    }
    Ok(digest.hex())
}

/// Whether what lies at `path` got its state after a time, in seconds and nanoseconds since 1970. Within one tick of the
/// clock that is not told; a compiler takes longer to start.
pub(crate) fn has_changed_since(path: &Path, start: (i64, i64)) -> bool {
    fs::symlink_metadata(path).is_ok_and(|data| (data.ctime(), data.ctime_nsec()) > start)
}

/// Sorted, each name once: what was read says more than what was only asked for.
pub(crate) fn tidy(mut inputs: Vec<Input>) -> Vec<Input> {
    inputs.sort();
    inputs.dedup_by(|later, earlier| later.name == earlier.name);
    inputs
}

/// The input of a path by its name in `places`.
pub(crate) fn named(places: &Places, path: &Path, state: State) -> Input {
    Input {
        name: places.name(path),
        state,
    }
}

/// Libraries of a directory, by extension.
pub(crate) fn is_library(path: &Path) -> bool {
    let name = path.file_name().map(OsStr::as_bytes).unwrap_or_default();
    let ends = [&b".a"[..], b".o", b".lib", b".so", b".dylib", b".rlib"];
    ends.iter().any(|end| name.ends_with(end)) || memchr::memmem::find(name, b".so.").is_some()
}
