//! What crates did with their OUT_DIR when they were compiled before. Most build scripts only probe the compiler or
//! build C: for their crates there is nothing to copy. And a crate is compiled at once in the way that will count.
//!
//! To be wrong here costs a hit or a second compile, never more.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::SystemTime;

use super::asked::Asked;
use super::store::Store;
use crate::digest::Digest;

/// What a crate does with its OUT_DIR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// It reads no file of it.
    ReadsNothing,
    /// It reads files of it.
    ReadsFiles,
    /// It compiles with the directory itself, and not with a copy.
    NeedsItself,
}

impl Habit {
    const ALL: [Self; 3] = [Self::ReadsNothing, Self::ReadsFiles, Self::NeedsItself];

    /// What the file says.
    fn word(self) -> &'static str {
        match self {
            Self::ReadsNothing => "nothing",
            Self::ReadsFiles => "files",
            Self::NeedsItself => "itself",
        }
    }
}

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

    /// What it did before. Asking keeps the answer from growing old, but for the one that a machine in trouble may
    /// have given too.
    pub(super) fn habit(&self) -> Option<Habit> {
        let word = fs::read_to_string(&self.file).ok()?;
        let habit = Habit::ALL.into_iter().find(|habit| habit.word() == word)?;
        if habit != Habit::NeedsItself {
            let file = File::options().append(true).open(&self.file).ok()?;
            file.set_modified(SystemTime::now()).ok()?;
        }
        Some(habit)
    }

    /// Notes what it did.
    pub(super) fn note(&self, habit: Habit) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.file)?;
        file.write_all(habit.word().as_bytes())?;
        file.set_modified(SystemTime::now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn asked<'a>(crate_name: &'a str, cfgs: &'a [&'a str]) -> Asked<'a> {
        Asked {
            crate_name: OsStr::new(crate_name),
            source: Path::new("/src/lib.rs"),
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
        assert_eq!(ring.habit(), None);
        for habit in Habit::ALL {
            ring.note(habit).unwrap();
            assert_eq!(known(&asked("ring", &["a"]), "/src/ring-1").habit(), Some(habit));
        }
        for other in [
            known(&asked("ring", &["a"]), "/src/ring-2"),
            known(&asked("ring", &[]), "/src/ring-1"),
            known(&asked("ring", &["a", "b"]), "/src/ring-1"),
            known(&asked("rin", &["a"]), "/src/ring-1"),
        ] {
            assert_eq!(other.habit(), None);
        }
    }

    #[test]
    fn asking_keeps_it_young() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("cache")).unwrap();
        let known = Known::of(&store, &asked("ring", &[]), None);
        for (habit, stays_young) in [
            (Habit::ReadsNothing, true),
            (Habit::ReadsFiles, true),
            (Habit::NeedsItself, false),
        ] {
            known.note(habit).unwrap();
            let file = File::options().append(true).open(&known.file).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            assert_eq!(known.habit(), Some(habit));
            let modified = known.file.metadata().unwrap().modified().unwrap();
            assert_eq!(modified > SystemTime::UNIX_EPOCH, stays_young, "{habit:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_not_known() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("cache")).unwrap();
        let known = Known::of(&store, &asked("ring", &[]), None);
        for text in ["", "fil"] {
            fs::write(&known.file, text).unwrap();
            assert_eq!(known.habit(), None, "{text:?}");
        }
    }
}
