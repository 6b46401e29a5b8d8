//! Where cargo keeps the units that it built, found by files alone: for a first look that must cost next to
//! nothing. `cargo metadata` knows better ([`super::workspace`]) and takes 25 ms.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::cargo::Cargo;
use super::environment::Environment;
use super::lock::Lock;
use super::target::units_dir;
use super::worktrees::Repository;
use crate::read;

/// Where cargo would keep the units of the workspace around `dir`; `None` outside of one, or where the name is made
/// of what is not known here.
pub fn expected(env: &Environment, dir: &Path) -> Option<PathBuf> {
    let cargo = Cargo::read(&env.at(dir));
    cargo.root()?;
    units_dir(&cargo).map(|found| found.value)
}

/// Another worktree of the repository that has built dependencies of the same workspace, where cargo has built nothing
/// here yet. One of another toolchain is left out, as far as files tell; and where sources are vendored, there is
/// nothing that could be copied.
pub fn built_sibling(env: &Environment, repository: &Repository) -> Option<PathBuf> {
    let cargo = Cargo::read(env);
    let ours = units_dir(&cargo)?.value;
    if is_used(&ours) || !cargo.vendored.is_empty() {
        return None;
    }
    let root = cargo.root()?;
    let inside = root.strip_prefix(&repository.root).ok()?;
    let wanted = sourced_packages(root);
    let has_built = |worktree: &&Path| {
        let dir = worktree.join(inside);
        dir.join("Cargo.toml").is_file()
            && TOOLCHAIN_FILES.iter().all(|name| is_same(root, &dir, name))
            && expected(env, &dir).is_some_and(|theirs| theirs != ours && has_unit_of(&theirs, wanted.as_ref()))
    };
    repository.others().find(has_built).map(Path::to_owned)
}

const TOOLCHAIN_FILES: [&str; 2] = ["rust-toolchain.toml", "rust-toolchain"];

fn is_same(one: &Path, two: &Path, name: &str) -> bool {
    let read = |dir: &Path| read::bytes(&dir.join(name), read::MAX_MADE).ok();
    read(one) == read(two)
}

/// Names of the packages that the lock file takes from a registry or from git; `None` without a lock file.
fn sourced_packages(root: &Path) -> Option<HashSet<String>> {
    let lock = Lock::read(root);
    let names = || lock.sourced().map(|package| package.name.clone()).collect();
    (!lock.packages.is_empty()).then(names)
}

/// Whether cargo has built a package of these names here; any package where the names are not known.
fn has_unit_of(build_dir: &Path, wanted: Option<&HashSet<String>>) -> bool {
    let Some(wanted) = wanted else {
        return is_used(build_dir);
    };
    let is_wanted = |dir: &PathBuf| {
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        // `build/<package>/<hash>`, or `.fingerprint/<package>-<hash>`.
        wanted.contains(&*name) || name.rsplit_once('-').is_some_and(|(name, _)| wanted.contains(name))
    };
    let dirs = profile_dirs(build_dir)
        .into_iter()
        .flat_map(|profile| [".fingerprint", "build"].map(|name| profile.join(name)));
    dirs.flat_map(|dir| directories(&dir)).any(|dir| is_wanted(&dir))
}

/// The directories of a build directory that hold the units of one profile (`debug`, or
/// `x86_64-unknown-linux-gnu/debug`), sorted.
pub fn profile_dirs(build_dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for dir in directories(build_dir) {
        if is_profile_dir(&dir) {
            found.push(dir);
        } else {
            found.extend(directories(&dir).into_iter().filter(|dir| is_profile_dir(dir)));
        }
    }
    found
}

fn is_profile_dir(dir: &Path) -> bool {
    dir.join(".fingerprint").is_dir() || dir.join("build").is_dir()
}

/// Whether cargo has built anything in this build directory.
pub fn is_used(build_dir: &Path) -> bool {
    profile_dirs(build_dir).iter().any(|profile| is_profile_used(profile))
}

/// Whether cargo has built anything for this profile, in whatever layout.
pub fn is_profile_used(profile: &Path) -> bool {
    [".fingerprint", "build"]
        .iter()
        .any(|name| !directories(&profile.join(name)).is_empty())
}

/// The directories in `dir`, sorted; none where it cannot be read.
pub fn directories(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_it_is_expected() {
        let dir = tempfile::tempdir().unwrap();
        let env = |vars: &[(&str, &str)]| Environment::new(vars.iter().copied(), Path::new("/"));
        assert_eq!(
            expected(&env(&[("CARGO_TARGET_DIR", "/t")]), dir.path()),
            None,
            "nothing to build"
        );
        fs::write(dir.path().join("Cargo.toml"), "[workspace]\n").unwrap();
        fs::create_dir(dir.path().join("member")).unwrap();
        let member = dir.path().join("member");
        assert_eq!(expected(&env(&[]), &member), Some(dir.path().join("target")));
        assert_eq!(
            expected(&env(&[("CARGO_TARGET_DIR", "/t")]), &member),
            Some("/t".into())
        );
        let hashed = env(&[("CARGO_BUILD_BUILD_DIR", "{cargo-cache-home}/{workspace-path-hash}")]);
        assert_eq!(expected(&hashed, &member), None);
    }

    #[test]
    fn units_of_packages_that_have_a_source() {
        let dir = tempfile::tempdir().unwrap();
        let lock = "version = 4\n\n[[package]]\nname = \"app\"\nversion = \"1.0.0\"\n\n[[package]]\nname = \"a-b\"\n\
            version = \"1.0.0\"\nsource = \"registry+x\"\nchecksum = \"0\"\n";
        assert_eq!(sourced_packages(dir.path()), None);
        fs::write(dir.path().join("Cargo.lock"), lock).unwrap();
        let wanted = sourced_packages(dir.path()).unwrap();
        assert_eq!(wanted, HashSet::from(["a-b".to_owned()]));
        for (unit, counts) in [
            ("debug/.fingerprint/app-0123456789abcdef", false),
            ("debug/.fingerprint/a-b-0123456789abcdef", true),
            ("x86_64-linux/debug/build/a-b/0123456789abcdef", true),
            ("x86_64-linux/debug/build/b/0123456789abcdef", false),
        ] {
            let target = tempfile::tempdir().unwrap();
            fs::create_dir_all(target.path().join(unit)).unwrap();
            assert_eq!(has_unit_of(target.path(), Some(&wanted)), counts, "{unit}");
            assert!(has_unit_of(target.path(), None), "{unit}");
        }
    }

    #[test]
    fn used_in_any_layout() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        assert!(!is_used(&target));
        // What cargo makes before it builds anything.
        fs::create_dir_all(target.join("debug/.fingerprint")).unwrap();
        fs::create_dir_all(target.join("debug/build")).unwrap();
        assert!(!is_used(&target));
        fs::create_dir_all(target.join("debug/.fingerprint/a-0123456789abcdef")).unwrap();
        assert!(is_used(&target));
        let other = dir.path().join("other");
        // A package that is called `build` makes no profile of `build`.
        fs::create_dir_all(other.join("wasm32-wasip1/release/build/build/0123456789abcdef/fingerprint")).unwrap();
        assert!(is_used(&other));
        assert_eq!(profile_dirs(&other), [other.join("wasm32-wasip1/release")]);
    }
}
