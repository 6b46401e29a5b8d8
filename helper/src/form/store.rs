//! Where the wrapper keeps what it must find again: below the user's cache directory, owned by this user alone.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::facts::environment::Environment;

/// The directory of everything here.
#[derive(Debug, Clone)]
pub(crate) struct Store(PathBuf);

impl Store {
    /// Makes it where it is not there; an error where it is somebody else's, since what lies in it is run.
    pub(crate) fn open(env: &Environment) -> io::Result<Self> {
        let absolute = |name: &str| env.path(name).filter(|path| path.is_absolute());
        let cache = absolute("XDG_CACHE_HOME")
            .map(Path::to_owned)
            .or_else(|| absolute("HOME").map(|home| home.join(".cache")))
            .ok_or_else(|| io::Error::other("no HOME"))?;
        let dir = cache.join("sccache-shell/form-1");
        fs::create_dir_all(&dir)?;
        if fs::metadata(&dir)?.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other("the cache directory is another user's"));
        }
        Ok(Self(dir))
    }

    /// A file of a kind.
    pub(crate) fn file(&self, kind: &str, name: &str) -> PathBuf {
        self.0.join(kind).join(name)
    }

    /// A directory of a kind, made.
    pub(crate) fn dir(&self, kind: &str) -> io::Result<PathBuf> {
        let dir = self.0.join(kind);
        fs::create_dir_all(&dir)?;
        Ok(dir)
    }

    /// Writes a file whole or not at all.
    pub(crate) fn write(&self, kind: &str, name: &str, bytes: &[u8]) -> io::Result<()> {
        use std::io::Write;
        let dir = self.dir(kind)?;
        let mut file = tempfile::NamedTempFile::new_in(&dir)?;
        file.write_all(bytes)?;
        file.persist(dir.join(name)).map_err(|error| error.error)?;
        Ok(())
    }

    /// What was written; `None` where there is nothing that can be read.
    pub(crate) fn read(&self, kind: &str, name: &str) -> Option<Vec<u8>> {
        fs::read(self.file(kind, name)).ok()
    }
}
