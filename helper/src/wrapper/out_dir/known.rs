//! Crates that read no file of their OUT_DIR. Most build scripts only probe the compiler or build C: for their
//! crates neither a copy nor a hash is made a second time.
//!
//! To be wrong here costs a hit, never more: what is known is left to plain sccache.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::SystemTime;

use super::asked::Asked;
use super::store::Store;
use crate::digest::Digest;

/// What is known of one crate, told apart by where its source is and how it is configured.
#[derive(Debug)]
pub(super) struct Known {
    file: PathBuf,
}

impl Known {
    /// Of the crate that a call compiles; `manifest_dir` is `CARGO_MANIFEST_DIR`.
    pub(super) fn of(store: &Store, asked: &Asked<'_>, manifest_dir: Option<&OsStr>) -> Self {
        let mut digest = Digest::new("crate");
        let parts = [manifest_dir.unwrap_or_default(), asked.crate_name];
        for part in parts.iter().chain(&asked.crate_types).chain(&asked.cfgs) {
            digest.field(part.as_bytes());
        }
        Self {
            file: store.at("known").join(digest.hex()),
        }
    }

    /// Whether the crate is known to read nothing. Asking keeps the answer from growing old.
    pub(super) fn reads_nothing(&self) -> bool {
        File::options()
            .append(true)
            .open(&self.file)
            .is_ok_and(|file| file.set_modified(SystemTime::now()).is_ok())
    }

    /// Notes that it reads nothing.
    pub(super) fn note(&self) -> io::Result<()> {
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&self.file)
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn asked<'a>(crate_name: &'a str, cfgs: &'a [&'a str]) -> Asked<'a> {
        Asked {
            crate_name: OsStr::new(crate_name),
            crate_types: vec![OsStr::new("lib")],
            cfgs: cfgs.iter().map(OsStr::new).collect(),
            dep_info: PathBuf::new(),
        }
    }

    #[test]
    fn a_crate_is_known_as_it_was_configured() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("cache")).unwrap();
        let known = |asked: &Asked<'_>, dir: &str| Known::of(&store, asked, Some(OsStr::new(dir)));
        let ring = known(&asked("ring", &["a"]), "/src/ring-1");
        assert!(!ring.reads_nothing());
        ring.note().unwrap();
        assert!(known(&asked("ring", &["a"]), "/src/ring-1").reads_nothing());
        for other in [
            known(&asked("ring", &["a"]), "/src/ring-2"),
            known(&asked("ring", &[]), "/src/ring-1"),
            known(&asked("ring", &["a", "b"]), "/src/ring-1"),
            known(&asked("rin", &["a"]), "/src/ring-1"),
        ] {
            assert!(!other.reads_nothing());
        }
    }

    #[test]
    fn asking_keeps_it_young() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("cache")).unwrap();
        let known = Known::of(&store, &asked("ring", &[]), None);
        known.note().unwrap();
        let age = |path: &Path| path.metadata().unwrap().modified().unwrap().elapsed().unwrap();
        File::options()
            .append(true)
            .open(&known.file)
            .unwrap()
            .set_modified(SystemTime::UNIX_EPOCH)
            .unwrap();
        assert!(known.reads_nothing());
        assert!(age(&known.file).as_secs() < 60);
    }
}
