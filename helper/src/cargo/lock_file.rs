//! `Cargo.lock`: the packages of a workspace. Read line by line, as cargo writes it, because TOML is slower to parse
//! and there may be fifty worktrees with a long file each.

use std::collections::BTreeSet;
use std::path::Path;

use crate::read;

/// A package that is compiled.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its registry, or its repository with the commit; `None` for a member or a path dependency.
    pub source: Option<String>,
}

/// The packages of a workspace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// All of them.
    pub packages: BTreeSet<Package>,
}

impl Lock {
    /// Reads the lock file of the workspace at `root`; no packages if there is none.
    pub fn read(root: &Path) -> Self {
        Self::parse(&read::text(&root.join("Cargo.lock"), read::MAX_MADE).unwrap_or_default())
    }

    /// Whether a package of that name is among them.
    pub fn has(&self, name: &str) -> bool {
        self.packages.iter().any(|package| package.name == name)
    }

    /// The packages whose sources are in cargo's home, so that worktrees can share them.
    pub fn sourced(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| package.source.is_some())
    }

    fn parse(text: &str) -> Self {
        let packages = text.split("\n[[package]]").skip(1);
        Self {
            packages: packages.filter_map(package).collect(),
        }
    }
}

fn package(block: &str) -> Option<Package> {
    let field = |key: &str| {
        let value = |line: &str| {
            Some(
                line.strip_prefix(key)?
                    .strip_prefix(" = \"")?
                    .strip_suffix('"')?
                    .to_owned(),
            )
        };
        block.lines().find_map(value)
    };
    Some(Package {
        name: field("name")?,
        version: field("version")?,
        source: field("source"),
    })
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(lock_file: &str) {
    for package in Lock::parse(lock_file).packages {
        assert!(lock_file.contains(&format!("name = \"{}\"", package.name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn packages_with_and_without_a_source() {
        let lock = Lock::parse(
            "# generated\nversion = 4\n\n[[package]]\nname = \"app\"\nversion = \"0.1.0\"\ndependencies = [\n \"libc\",\n]\n\n\
             [[package]]\nname = \"libc\"\nversion = \"0.2.1\"\nsource = \"registry+x\"\nchecksum = \"00\"\n",
        );
        assert_eq!(lock.packages.len(), 2);
        assert!(lock.has("app") && !lock.has("ap"));
        let sourced: Vec<&str> = lock.sourced().map(|package| package.name.as_str()).collect();
        assert_eq!(sourced, ["libc"]);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text: String, list in proptest::collection::btree_set("[a-z0-9_-]{1,12}", 0..9)) {
            assert_invariants(&text);
            assert_invariants(&format!("\n[[package]]\n{text}"));
            let packages = list.iter().map(|name| format!("\n[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n"));
            let lock = Lock::parse(&packages.collect::<String>());
            let names = lock.packages.into_iter().map(|package| package.name);
            prop_assert_eq!(names.collect::<Vec<_>>(), list.into_iter().collect::<Vec<_>>());
        }
    }
}
