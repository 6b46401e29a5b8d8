//! What a compile depends on beside its arguments: files, directory listings, paths that exist or do not.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::contents::Contents;
use super::os_text;
use super::parts::{KeyPart, part};
use super::place::Places;
use crate::digest::Digest;

/// The state of one path, by its name (see [`Places::name`]).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Input {
    #[serde(with = "os_text")]
    pub(crate) name: OsString,
    pub(crate) state: State,
}

/// The state of a path. Of several states of one path the first in this order says the most: see [`tidy`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum State {
    /// A file that was read: its content.
    File(String),
    /// A directory that was listed: the names in it.
    Names(String),
    /// A file of a toolchain: its size and time, which an installation changes.
    Stamp(String),
    /// It exists and was only looked up: its metadata.
    Entry(String),
    /// It does not exist.
    Absent,
}

impl State {
    /// The present state of a file or directory that was read.
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

    /// The present metadata of `path`, without times and owner.
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

    /// The present size and time of a file that no build makes.
    pub(crate) fn stamp(path: &Path) -> Self {
        match fs::metadata(path) {
            Ok(data) => Self::Stamp(format!("{} {}.{}", data.len(), data.mtime(), data.mtime_nsec())),
            Err(_) => Self::Absent,
        }
    }

    /// The metadata of a directory that is not a link.
    pub(crate) fn directory() -> Self {
        Self::Entry("a directory".to_owned())
    }

    /// The text of the state in the key.
    pub(crate) fn text(&self) -> &str {
        match self {
            Self::File(text) | Self::Names(text) | Self::Entry(text) | Self::Stamp(text) => text,
            Self::Absent => "absent",
        }
    }

    /// Whether it says what was in the file or directory.
    pub(crate) fn is_of_content(&self) -> bool {
        matches!(self, Self::File(_) | Self::Names(_))
    }

    /// Whether `path` still has this state.
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
    /// The input of a path.
    pub(crate) fn new(places: &Places, path: &Path, state: State) -> Self {
        Self {
            name: places.name(path),
            state,
        }
    }

    /// The input of a file, by its content.
    pub(crate) fn file(places: &Places, path: &Path, contents: &Contents<'_>) -> io::Result<Self> {
        Ok(Self::new(places, path, State::File(contents.of(path)?)))
    }

    /// Whether its state is unchanged.
    pub(crate) fn holds(&self, places: &Places, contents: &Contents<'_>) -> bool {
        let path = places.path(&self.name);
        path.is_some_and(|path| self.state.is_now(&path, contents))
    }

    /// Its part of the key.
    pub(crate) fn part(&self) -> KeyPart {
        part(self.name.as_bytes(), self.state.text())
    }
}

/// The target of a link.
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
    let mut digest = Digest::new("names");
    for (name, is_dir, is_link) in names {
        digest.field(name.as_bytes());
        digest.field(&[u8::from(is_dir), u8::from(is_link)]);
    }
    Ok(digest.hex())
}

/// Sorted, each name once: that a file was read says more than that it was looked up.
pub(crate) fn tidy(mut inputs: Vec<Input>) -> Vec<Input> {
    inputs.sort();
    inputs.dedup_by(|later, earlier| later.name == earlier.name);
    inputs
}
