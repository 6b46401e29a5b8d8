//! Whose a source file is, and which packages a lock file asks for.
//!
//! Names and lock files alone do not tell a package that cannot change: a vendored or replaced one keeps its
//! registry's name, and cargo does not look at its files' times. Only where the sources lie tells.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use toml_edit::Document;

use crate::read;

/// A package that never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Package {
    /// `<name>-<version>`, unpacked from a registry.
    Registry(String),
    /// A commit, by the beginning of its hash.
    Git(String),
}

/// The places below a CARGO_HOME where cargo unpacks what never changes.
#[derive(Debug, Clone)]
pub(crate) struct Homes {
    registry: Vec<PathBuf>,
    git: Vec<PathBuf>,
}

impl Homes {
    /// Cargo names files by the path that it was given; both that and the one without links count.
    pub(crate) fn new(cargo_home: &Path) -> Self {
        let mut homes = vec![cargo_home.to_owned()];
        homes.extend(fs::canonicalize(cargo_home));
        homes.dedup();
        let below = |name: &str| homes.iter().map(|home| home.join(name)).collect();
        Self {
            registry: below("registry/src"),
            git: below("git/checkouts"),
        }
    }

    /// All the places.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Path> {
        self.registry.iter().chain(&self.git).map(PathBuf::as_path)
    }

    /// The package whose own file this is; `None` for a file of anybody else's.
    pub(crate) fn package_of(&self, file: &Path) -> Option<Package> {
        let file = &normal(file)?;
        // registry/src/<registry>/<name>-<version>/… and git/checkouts/<repository>/<commit>/…
        let second_below = |places: &[PathBuf]| {
            let rest = places.iter().find_map(|place| file.strip_prefix(place).ok())?;
            let mut names = rest
                .components()
                .map(|name| name.as_os_str().to_str().map(str::to_owned));
            let second = names.nth(1)??;
            names.next().is_some().then_some(second)
        };
        if let Some(name) = second_below(&self.registry) {
            return Some(Package::Registry(name));
        }
        let commit = second_below(&self.git)?;
        // A checkout may hold links to anywhere; a package of a registry holds none.
        let real = fs::canonicalize(file).ok()?;
        self.git
            .iter()
            .any(|place| real.starts_with(place))
            .then_some(Package::Git(commit))
    }
}

/// The absolute path without `.` and `..`; `None` for a relative one, whose meaning depends on where rustc stood.
pub(crate) fn normal(path: &Path) -> Option<PathBuf> {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            other => normal.push(other),
        }
    }
    path.is_absolute().then_some(normal)
}

/// The packages that a worktree can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// There is no lock file, so nobody knows.
    All,
    /// Those in the lock file.
    Locked {
        registry: HashSet<String>,
        commits: HashSet<String>,
    },
}

impl Wanted {
    /// Reads the `Cargo.lock` of the workspace at `root`.
    pub(crate) fn read(root: &Path) -> Self {
        let text = read::text(&root.join("Cargo.lock"), read::MAX_MADE);
        text.ok().and_then(|text| Self::parse(&text)).unwrap_or(Self::All)
    }

    fn parse(text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let (mut registry, mut commits) = (HashSet::new(), HashSet::new());
        for package in document.get("package")?.as_array_of_tables()? {
            let field = |name: &str| package.get(name)?.as_str();
            let (Some(name), Some(version), Some(source)) = (field("name"), field("version"), field("source")) else {
                continue;
            };
            match source.split_once('#') {
                Some((_, commit)) if source.starts_with("git+") => commits.insert(commit.to_owned()),
                _ => registry.insert(format!("{name}-{version}")),
            };
        }
        Some(Self::Locked { registry, commits })
    }

    /// Whether the worktree can use that package.
    pub(crate) fn has(&self, package: &Package) -> bool {
        match (self, package) {
            (Self::All, _) => true,
            (Self::Locked { registry, .. }, Package::Registry(name)) => registry.contains(name),
            (Self::Locked { commits, .. }, Package::Git(short)) => {
                commits.iter().any(|commit| commit.starts_with(short))
            }
        }
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(text: &str) {
    if let Some(Wanted::Locked { registry, commits }) = Wanted::parse(text) {
        assert!(registry.iter().all(|name| name.contains('-')));
        for commit in &commits {
            assert!(!commit.contains('#') || text.contains(commit.as_str()));
        }
    }
    let path = Path::new(text);
    match normal(path) {
        Some(plain) => {
            assert!(plain.is_absolute() && normal(&plain).as_deref() == Some(&plain));
            let climbs = |part| matches!(part, Component::ParentDir | Component::CurDir);
            assert!(!plain.components().any(climbs));
        }
        None => assert!(!path.is_absolute()),
    }
    let homes = Homes::new(Path::new("/nonexistent/cargo"));
    let inside = Path::new("/nonexistent/cargo/registry/src").join(text.trim_start_matches('/'));
    if let Some(Package::Registry(name)) = homes.package_of(&inside) {
        assert!(text.contains(&name) && !name.contains('/'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn whose_a_file_is() {
        let homes = Homes::new(Path::new("/h/.cargo"));
        let registry = |file: &str| homes.package_of(Path::new(file));
        let serde = Some(Package::Registry("serde-1.0.0".to_owned()));
        assert_eq!(registry("/h/.cargo/registry/src/index-1/serde-1.0.0/src/lib.rs"), serde);
        assert_eq!(
            registry("/h/.cargo/registry/src/index-1/serde-1.0.0/src/../README.md"),
            serde
        );
        for nobodys in [
            "src/lib.rs",
            "/w/vendor/serde-1.0.0/src/lib.rs",
            "/h/.cargo/registry/cache/index-1/serde-1.0.0/src/lib.rs",
            "/h/.cargo/registry/src/index-1/serde-1.0.0",
            "/h/.cargo/registry/src/index-1/serde-1.0.0/../../../../../w/lib.rs",
            "/h/.cargo-two/registry/src/index-1/serde-1.0.0/src/lib.rs",
        ] {
            assert_eq!(registry(nobodys), None, "{nobodys}");
        }
    }

    #[test]
    fn links_out_of_a_checkout() {
        let home = tempfile::tempdir().unwrap();
        let checkout = home.path().join("real/git/checkouts/a-0/1234567");
        fs::create_dir_all(&checkout).unwrap();
        symlink(home.path().join("real"), home.path().join("link")).unwrap();
        fs::write(checkout.join("lib.rs"), "").unwrap();
        fs::write(home.path().join("mine.rs"), "").unwrap();
        symlink(home.path().join("mine.rs"), checkout.join("linked.rs")).unwrap();
        symlink("lib.rs", checkout.join("inside.rs")).unwrap();
        let homes = Homes::new(&home.path().join("link"));
        let checkout = home.path().join("link/git/checkouts/a-0/1234567");
        let package = |name: &str| homes.package_of(&checkout.join(name));
        let ours = Some(Package::Git("1234567".to_owned()));
        assert_eq!((package("lib.rs"), package("inside.rs")), (ours.clone(), ours));
        assert_eq!((package("linked.rs"), package("gone.rs")), (None, None));
    }

    proptest! {
        #[test]
        fn any_text_is_a_lock_file_or_a_path(text: String, path in "[a/.]{0,20}") {
            holds_for(&text);
            holds_for(&path);
        }

        #[test]
        fn what_is_locked_is_wanted(name in "[a-z][a-z0-9_-]{0,9}", version in "[0-9]\\.[0-9]\\.[0-9]") {
            let lock = format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry+x\"\n");
            let wanted = Wanted::parse(&lock).unwrap();
            let locked = Package::Registry(format!("{name}-{version}"));
            let other = Package::Registry(format!("{name}x-{version}"));
            prop_assert!(wanted.has(&locked) && !wanted.has(&other));
        }
    }

    const LOCK: &str = r#"
version = 4
[[package]]
name = "a"
version = "1.0.0"
source = "registry+https://github.com/rust-lang/crates.io-index"
checksum = "00"
[[package]]
name = "g"
version = "1.0.0"
source = "git+https://example.com/g?branch=x#0123456789abcdef0123456789abcdef01234567"
[[package]]
name = "member"
version = "1.0.0"
"#;

    #[test]
    fn what_a_lock_file_asks_for() {
        let wanted = Wanted::parse(LOCK).unwrap();
        let registry = |name: &str| wanted.has(&Package::Registry(name.to_owned()));
        assert!(registry("a-1.0.0"));
        assert!(!registry("a-1.0.1") && !registry("member-1.0.0") && !registry("g-1.0.0"));
        assert!(wanted.has(&Package::Git("0123456".to_owned())));
        assert!(!wanted.has(&Package::Git("1234567".to_owned())));
        assert_eq!(Wanted::read(Path::new("/nonexistent")), Wanted::All);
        assert!(Wanted::All.has(&Package::Registry("a-1.0.1".to_owned())));
    }
}
