//! The copies as others see them: how many there are, and who else needs one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::FlockOperation;

use super::store::{self, Store, UNFINISHED};
use crate::facts::environment::Environment;

/// All copies of a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Copies {
    /// How many there are.
    pub number: u64,
    /// The bytes of their files.
    pub bytes: u64,
}

/// Counts the copies of the user whose environment this is; nothing is made where there are none.
pub fn copies(env: &Environment) -> Copies {
    let Some(root) = store::root(env) else {
        return Copies::default();
    };
    let mut all = Copies::default();
    for entry in fs::read_dir(root.join("out")).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
            all.number += 1;
            all.bytes += bytes(&entry.path());
        }
    }
    all
}

/// Where the copies are, or will be.
pub(crate) fn copies_dir(env: &Environment) -> Option<PathBuf> {
    store::root(env).map(|root| root.join("out"))
}

/// Notes that what is built with `out_dir` names this copy, so that the copy stays as long as that directory does.
pub(crate) fn keep_copy(env: &Environment, copy: &str, out_dir: &Path) -> io::Result<()> {
    let root = store::root(env).ok_or(io::ErrorKind::NotFound)?;
    let store = Store::open(root)?;
    let _lock = store.lock(FlockOperation::LockShared)?;
    store.uses(copy).add(out_dir)
}

fn bytes(dir: &Path) -> u64 {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(found) if found.is_dir() => bytes(&entry.path()),
            Ok(found) => found.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::super::store::Store;
    use super::super::tree::Tree;
    use super::*;

    #[test]
    fn counts_whole_copies() {
        let dir = tempfile::tempdir().unwrap();
        let env = Environment::new([("XDG_CACHE_HOME", dir.path())], Path::new("/"));
        assert_eq!(copies(&env), Copies::default());
        assert!(fs::read_dir(dir.path()).unwrap().next().is_none(), "only looks");
        let store = Store::open(store::root(&env).unwrap()).unwrap();
        for (number, text) in ["12", "345"].into_iter().enumerate() {
            let out_dir = dir.path().join(number.to_string());
            fs::create_dir_all(out_dir.join("sub")).unwrap();
            fs::write(out_dir.join("a"), text).unwrap();
            fs::write(out_dir.join("sub/b"), "6").unwrap();
            store.copy_of(&Tree::read(&out_dir).unwrap(), &out_dir).unwrap();
        }
        fs::create_dir(store.unfinished("x")).unwrap();
        assert_eq!(copies(&env), Copies { number: 2, bytes: 7 });
    }
}
