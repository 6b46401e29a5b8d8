//! The wrapper's files, below the user's cache directory and writable by this user alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rustix::fs::OFlags;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::environment::Environment;
use crate::own_dir::{self, Stranger};

/// The directory of this form, in ours.
const FORM: &str = "form-1";

/// Our directory in the user's cache directory.
pub(crate) fn place(env: &Environment) -> Option<PathBuf> {
    let absolute = |name: &str| env.path(name).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").map(Path::to_owned);
    let cache = cache.or_else(|| absolute("HOME").map(|home| home.join(".cache")))?;
    Some(cache.join("sccache-shell"))
}

/// The first directory on the way to the store that other users can change.
pub(crate) fn stranger(env: &Environment) -> Option<Stranger> {
    let ours = place(env)?;
    own_dir::stranger(&ours.join(FORM), &ours)
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The directory with all files, by kind and name.
#[derive(Debug, Clone)]
pub(crate) struct Store(PathBuf);

impl Store {
    /// Creates it if it does not exist. An error if other users could change it, because programs in it are run.
    pub(crate) fn open(env: &Environment) -> io::Result<Self> {
        let ours = place(env).ok_or_else(|| io::Error::other("no HOME"))?;
        let dir = ours.join(FORM);
        let refused = |found: Stranger| io::Error::other(format!("nothing is kept in the cache directory: {found}"));
        if let Some(found) = own_dir::stranger(&dir, &ours) {
            return Err(refused(found));
        }
        own_dir::make(&dir)?;
        // Again, for what has just been created.
        match own_dir::stranger(&dir, &ours) {
            Some(found) => Err(refused(found)),
            None => Ok(Self(dir)),
        }
    }

    /// The store, if it exists and is safe.
    pub(crate) fn existing(env: &Environment) -> Option<Self> {
        let dir = place(env)?.join(FORM);
        (dir.is_dir() && stranger(env).is_none()).then_some(Self(dir))
    }

    /// The path of a file of a kind.
    pub(crate) fn file(&self, kind: &str, name: &str) -> PathBuf {
        self.0.join(kind).join(name)
    }

    /// The directory of a kind, created.
    pub(crate) fn dir(&self, kind: &str) -> io::Result<PathBuf> {
        let dir = self.0.join(kind);
        own_dir::make(&dir)?;
        Ok(dir)
    }

    /// Writes a file whole or not at all.
    pub(crate) fn write(&self, kind: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        let dir = self.dir(kind)?;
        let mut file = tempfile::NamedTempFile::new_in(&dir)?;
        file.write_all(bytes)?;
        file.persist(dir.join(name)).map_err(|error| error.error)?;
        Ok(())
    }

    /// A file's content, if it can be read. Reading keeps it from [`Self::forget_the_unused`].
    pub(crate) fn read(&self, kind: &str, name: &str) -> Option<Vec<u8>> {
        let mut file = OpenOptions::new()
            .read(true)
            .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
            .open(self.file(kind, name))
            .ok()?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).ok()?;
        if is_older(&file.metadata().ok()?, DAY) {
            let _ = file.set_modified(SystemTime::now());
        }
        Some(bytes)
    }

    /// A value that was stored as JSON; `None` also if it cannot be parsed.
    pub(crate) fn get<T: DeserializeOwned>(&self, kind: &str, name: &str) -> Option<T> {
        serde_json::from_slice(&self.read(kind, name)?).ok()
    }

    /// Stores a value as JSON.
    pub(crate) fn put(&self, kind: &str, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.write(kind, name, &serde_json::to_vec(value)?)
    }

    /// Once a day: removes what was not read for two months.
    pub(crate) fn forget_the_unused(&self) -> io::Result<()> {
        let stamp = self.file("", "looked-through");
        if fs::metadata(&stamp).is_ok_and(|data| !is_older(&data, DAY)) {
            return Ok(());
        }
        fs::write(&stamp, "")?;
        for kind in ["memo", "contents", "learned", "named", "private", "linkers", "versions"] {
            remove_older(&self.file(kind, ""), 60 * DAY)?;
        }
        for dir in fs::read_dir(self.file("history", "")).into_iter().flatten().flatten() {
            remove_older(&dir.path(), 60 * DAY)?;
            // Fails unless it is empty.
            let _ = fs::remove_dir(dir.path());
        }
        // Left behind by compiles that were killed.
        remove_older(&self.file("run", ""), DAY)
    }
}

fn is_older(data: &fs::Metadata, age: Duration) -> bool {
    let modified = data.modified().ok();
    modified
        .and_then(|time| time.elapsed().ok())
        .is_some_and(|time| time > age)
}

fn remove_older(dir: &Path, age: Duration) -> io::Result<()> {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let data = entry.metadata()?;
        match is_older(&data, age) {
            true if data.is_dir() => fs::remove_dir_all(entry.path())?,
            true => fs::remove_file(entry.path())?,
            false => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_stays_and_what_is_not_goes() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&Environment::new([("HOME", home.path())], Path::new("/"))).unwrap();
        let age = |name: &str| {
            let file = fs::File::open(store.file("memo", name)).unwrap();
            file.set_modified(SystemTime::now() - 90 * DAY).unwrap();
        };
        for name in ["read", "unread"] {
            store.write("memo", name, b"x").unwrap();
            age(name);
        }
        assert_eq!(store.read("memo", "read").unwrap(), b"x");
        store.forget_the_unused().unwrap();
        assert!(store.file("memo", "read").exists() && !store.file("memo", "unread").exists());
        age("read");
        store.forget_the_unused().unwrap();
        assert!(store.file("memo", "read").exists(), "twice a day is too often");
    }
}
