//! Where cargo keeps the units that it built, found by files alone: for a first look that must cost next to
//! nothing. `cargo metadata` knows better ([`super::workspace`]) and takes 25 ms.

use std::fs;
use std::path::{Path, PathBuf};

use super::cargo::Cargo;
use super::environment::Environment;
use super::target::units_dir;
use super::worktrees::Repository;

/// Where cargo would keep the units of the workspace around `dir`; `None` outside of one, or where the name is made
/// of what is not known here.
pub fn expected(env: &Environment, dir: &Path) -> Option<PathBuf> {
    let cargo = Cargo::read(&env.at(dir));
    cargo.root()?;
    units_dir(&cargo).map(|found| found.value)
}

/// Another worktree of the repository that has built the same workspace, where cargo has built nothing here yet.
pub fn built_sibling(env: &Environment, repository: &Repository) -> Option<PathBuf> {
    let cargo = Cargo::read(env);
    let ours = units_dir(&cargo)?.value;
    if is_used(&ours) {
        return None;
    }
    let inside = cargo.root()?.strip_prefix(&repository.root).ok()?;
    let has_built = |worktree: &&Path| {
        let dir = worktree.join(inside);
        dir.join("Cargo.toml").is_file() && expected(env, &dir).is_some_and(|theirs| theirs != ours && is_used(&theirs))
    };
    repository.others().find(has_built).map(Path::to_owned)
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
