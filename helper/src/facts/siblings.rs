//! What the other worktrees of the repository share with this one, as far as files show; only in a full reading.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::cargo::{Built, CargoFacts};
use crate::cargo::Cargo;
use crate::cargo::build_dir::{dep_infos, is_used};
use crate::cargo::dep_info;
use crate::cargo::lock_file::Lock;
use crate::cargo::rustc_info::RustcInfo;
use crate::environment::{Environment, names};
use crate::git::{Counterpart, Repository};
use crate::key::cargo_env::is_in_keys;
use crate::origin::{Origin, Setting};
use crate::{read, real_sccache};

/// How many other worktrees are read.
const MAX_WORKTREES: usize = 100;

/// How much of one dep-info file is read, in bytes.
const MAX_DEP_INFO: u64 = 1 << 20;

/// Another worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sibling {
    /// Its directory.
    pub worktree: PathBuf,
    /// Whether its target directory contains no builds.
    pub is_unbuilt: bool,
    /// What makes the keys of its Rust crates different; empty if it shares.
    pub differences: Vec<Difference>,
    /// How many of this worktree's packages from registries and git are in its lock file too.
    pub in_common: usize,
}

/// A difference to this worktree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// It does not contain this workspace.
    NoWorkspace,
    /// The compiler of the last build.
    Rustc {
        /// There.
        theirs: String,
        /// Here.
        ours: String,
    },
    /// A file that pins the compiler, if the compiler of the last build is not known.
    Pin(&'static str),
    /// Cargo's home of its last build.
    CargoHome(PathBuf),
    /// Flags for rustc, and one place that sets them.
    Rustflags(Origin),
    /// The target or its linker, and the place that sets it.
    Target(Origin),
    /// Vendored sources, and one place that names them.
    Vendored(Origin),
    /// A key of the `dev` profile, and the place that sets it.
    Profile(String, Origin),
    /// A variable of `[env]` in the keys of crates with dependencies, and the place that sets it.
    Variable(String, Origin),
    /// The lock files have no package from a registry or git in common.
    Packages,
}

/// What decides the keys in this worktree.
struct Ours<'a> {
    cargo: &'a Cargo,
    is_in_form: bool,
    root: &'a Path,
    rustc: Option<&'a str>,
    lock: &'a Lock,
    lock_text: Vec<u8>,
}

/// The repository's other worktrees; none outside of a cargo project.
pub(super) fn siblings(
    env: &Environment,
    CargoFacts {
        settings: cargo,
        wrapper_path,
        ..
    }: &CargoFacts,
    repository: &Repository,
    Built { units, lock, .. }: &Built,
) -> Vec<Sibling> {
    let Some(root) = cargo.root() else {
        return Vec::new();
    };
    let is_on = env.get(names::SWITCH).is_none_or(|value| value != "off");
    let ours = Ours {
        cargo,
        is_in_form: is_on && wrapper_path.as_deref().is_some_and(real_sccache::is_ours),
        root,
        rustc: units.rustc.as_deref(),
        lock,
        lock_text: read::bytes(&root.join("Cargo.lock"), read::MAX_MADE).unwrap_or_default(),
    };
    let others = repository.counterparts(root).into_iter().take(MAX_WORKTREES);
    others.map(|other| sibling(env, &ours, other)).collect()
}

fn sibling(env: &Environment, ours: &Ours<'_>, other: Counterpart) -> Sibling {
    let Counterpart {
        ours: our_worktree,
        worktree,
        dir: root,
    } = other;
    let mut found = Sibling {
        worktree: worktree.clone(),
        is_unbuilt: false,
        differences: Vec::new(),
        in_common: 0,
    };
    if !root.join("Cargo.toml").is_file() {
        found.differences.push(Difference::NoWorkspace);
        return found;
    }
    let theirs = Cargo::read(&env.at(&root));
    // A directory that both build into (`target-dir-shared`) shows nothing about either.
    let ours_built = ours.cargo.units_dir().map(|dir| &dir.value);
    let built = theirs.units_dir().map(|dir| dir.value.clone());
    let built = built.filter(|dir| Some(dir) != ours_built);
    let rustc = built.as_deref().and_then(|dir| RustcInfo::read(dir).rustc());
    found.is_unbuilt = built.as_deref().is_some_and(|dir| !is_used(dir));
    found.in_common = in_common(ours, &root);
    let compiler = match (&rustc, ours.rustc) {
        (Some(theirs), Some(ours)) => (theirs != ours).then(|| Difference::Rustc {
            theirs: theirs.clone(),
            ours: ours.to_owned(),
        }),
        _ => different_pin([ours.root, &root], [&our_worktree, &worktree]).map(Difference::Pin),
    };
    let home = built.as_deref().and_then(home_of_units);
    let is_other = |home: &PathBuf| ours.cargo.home.as_ref().is_some_and(|ours| ours.value != *home);
    let has_packages = ours.lock.sourced().next().is_some();
    found.differences.extend(
        [
            compiler,
            home.filter(is_other).map(Difference::CargoHome),
            different(&theirs.rustflags, &ours.cargo.rustflags).map(Difference::Rustflags),
            different(&theirs.target, &ours.cargo.target).map(Difference::Target),
            different(&theirs.vendored, &ours.cargo.vendored).map(Difference::Vendored),
            different_profile(&theirs, ours.cargo),
            different_variable(env, &theirs, ours),
            (has_packages && found.in_common == 0).then_some(Difference::Packages),
        ]
        .into_iter()
        .flatten(),
    );
    found
}

/// Where two lists of settings differ, the origin of theirs, or of ours where they have none.
fn different<T: PartialEq>(theirs: &[Setting<T>], ours: &[Setting<T>]) -> Option<Origin> {
    let is_same = theirs.len() == ours.len() && theirs.iter().zip(ours).all(|(a, b)| a.value == b.value);
    let first = || theirs.first().or(ours.first()).map(|setting| setting.origin.clone());
    (!is_same).then(first)?
}

fn different_profile(theirs: &Cargo, ours: &Cargo) -> Option<Difference> {
    let value = |cargo: &Cargo, key: &String| cargo.profile.get(key).map(|setting| setting.value.clone());
    let mut keys = theirs.profile.keys().chain(ours.profile.keys());
    let key = keys.find(|key| value(theirs, key) != value(ours, key))?;
    let setting = theirs.profile.get(key).or_else(|| ours.profile.get(key))?;
    Some(Difference::Profile(key.clone(), setting.origin.clone()))
}

fn different_variable(env: &Environment, theirs: &Cargo, ours: &Ours<'_>) -> Option<Difference> {
    let values = |cargo: &Cargo| (cargo.environment(env), cargo.root().map(Path::to_owned));
    // The workspace root has the same name in every worktree.
    let named = |(env, root): &(Environment, Option<PathBuf>), name: &str| {
        let value = Path::new(env.get(name)?);
        let inside = root.as_ref().and_then(|root| value.strip_prefix(root).ok());
        Some(inside.unwrap_or(value).to_owned())
    };
    let (there, here) = (values(theirs), values(ours.cargo));
    let mut all = theirs.variables.iter().chain(&ours.cargo.variables);
    let (name, given) =
        all.find(|(name, _)| is_in_keys(name, true, ours.is_in_form) && named(&there, name) != named(&here, name))?;
    Some(Difference::Variable(name.clone(), given.origin.clone()))
}

/// Most worktrees have the same file, which is not parsed again.
fn in_common(ours: &Ours<'_>, root: &Path) -> usize {
    let is_same = read::bytes(&root.join("Cargo.lock"), read::MAX_MADE).is_ok_and(|text| text == ours.lock_text);
    if is_same {
        return ours.lock.sourced().count();
    }
    let theirs = Lock::read(root);
    ours.lock
        .sourced()
        .filter(|package| theirs.packages.contains(package))
        .count()
}

/// The first file that pins a compiler and differs between the two worktrees.
fn different_pin(roots: [&Path; 2], worktrees: [&Path; 2]) -> Option<&'static str> {
    const PINS: [&[&str]; 2] = [&["rust-toolchain.toml", "rust-toolchain"], &["flake.lock"]];
    let pinned = |names: &[&str], root: &Path, worktree: &Path| {
        let dirs = root.ancestors().take_while(|dir| dir.starts_with(worktree));
        let mut files = dirs.flat_map(|dir| names.iter().map(move |name| dir.join(name)));
        files.find_map(|path| read::bytes(&path, read::MAX_MADE).ok())
    };
    let differs = |names: &&&[&str]| pinned(names, roots[0], worktrees[0]) != pinned(names, roots[1], worktrees[1]);
    PINS.iter().find(differs).map(|names| names[0])
}

/// Cargo's home of these units, from their dep-info: the sources of a registry or of git are in it.
fn home_of_units(dir: &Path) -> Option<PathBuf> {
    /// Most units are from a registry or from git, so one is found soon if there is any.
    const MAX_LOOKED_AT: usize = 40;
    dep_infos(dir)
        .take(MAX_LOOKED_AT)
        .find_map(|path| dep_info::cargo_home_in(&read::start(&path, MAX_DEP_INFO).ok()?))
}

impl Sibling {
    /// Its directory's name.
    pub fn name(&self) -> &OsStr {
        let name = self.worktree.file_name();
        name.unwrap_or(OsStr::from_bytes(b"/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn pins_are_compared_by_what_they_say() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        let pin = || different_pin([&a.join("sub"), &b.join("sub")], [&a, &b]);
        fs::create_dir_all(a.join("sub")).unwrap();
        fs::create_dir_all(b.join("sub")).unwrap();
        assert_eq!(pin(), None);
        // It is outside of the worktrees and counts for both.
        fs::write(dir.path().join("flake.lock"), "x").unwrap();
        assert_eq!(pin(), None);
        fs::write(a.join("flake.lock"), "1").unwrap();
        assert_eq!(pin(), Some("flake.lock"));
        fs::write(b.join("flake.lock"), "1").unwrap();
        assert_eq!(pin(), None);
        fs::write(b.join("rust-toolchain"), "1.90").unwrap();
        assert_eq!(pin(), Some("rust-toolchain.toml"));
    }
}
