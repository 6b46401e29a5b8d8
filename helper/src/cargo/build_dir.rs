//! What lies in a directory that cargo builds in: its profiles, and of each unit the dep-info and what its build
//! script said. Cargo has had two layouts: `deps/`, `.fingerprint/NAME-HASH` and `build/NAME-HASH/output`; and (the
//! default since 1.100) one directory a unit, `build/NAME/HASH/{fingerprint,out,run}`.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How many files of one kind are looked at; the largest target directories have some thousand crates.
const MAX_FILES: usize = 5000;

/// The directories of a build directory that hold the units of one profile (`debug`, or
/// `x86_64-unknown-linux-gnu/debug`), sorted. One that a tool has in it for itself (`rust-analyzer`,
/// `llvm-cov-target`) is left out.
pub fn profile_dirs(build_dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for dir in directories(build_dir) {
        if is_target_dir(&dir) {
            continue;
        }
        if is_profile_dir(&dir) {
            found.push(dir);
        } else {
            found.extend(directories(&dir).into_iter().filter(|dir| is_profile_dir(dir)));
        }
    }
    found
}

/// Cargo marks the directory that it was told to build in.
fn is_target_dir(dir: &Path) -> bool {
    ["CACHEDIR.TAG", ".rustc_info.json"]
        .iter()
        .any(|name| dir.join(name).exists())
}

fn is_profile_dir(dir: &Path) -> bool {
    [".fingerprint", "build", "deps"]
        .iter()
        .any(|name| dir.join(name).is_dir())
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

/// The dep-info files of all units.
pub fn dep_infos(build_dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let is_dep_info = |path: &PathBuf| path.extension() == Some(OsStr::new("d"));
    artifacts(build_dir).filter(is_dep_info)
}

/// What a build script said, and of which package it is.
pub fn build_script_outputs(build_dir: &Path) -> impl Iterator<Item = (String, PathBuf)> + use<> {
    let packages = profile_dirs(build_dir)
        .into_iter()
        .flat_map(|profile| entries(&profile.join("build")));
    let outputs = packages.flat_map(|dir| {
        let name = dir.file_name().and_then(OsStr::to_str).unwrap_or_default().to_owned();
        match name_before_hash(&name) {
            Some(name) => vec![(name, dir.join("output"))],
            None => {
                let run = |unit: PathBuf| (name.clone(), unit.join("run/stdout"));
                entries(&dir).map(run).collect()
            }
        }
    });
    outputs.take(MAX_FILES)
}

/// Whether cargo has put something that lies in this build directory into that target directory: it links what it was
/// asked for.
pub fn was_put_into(build_dir: &Path, target_dir: &Path) -> bool {
    let finished = target_profiles(target_dir).flat_map(|profile| entries(&profile));
    let linked: Vec<(u64, u64)> = finished
        .filter_map(|path| linked_inode(&path))
        .take(MAX_FILES)
        .collect();
    !linked.is_empty()
        && artifacts(build_dir).any(|path| linked_inode(&path).is_some_and(|inode| linked.contains(&inode)))
}

/// What rustc keeps of incremental compiles: the directory of each profile that has any, and its size in bytes on disk.
pub fn incremental(build_dir: &Path) -> Vec<(PathBuf, u64)> {
    let dirs = profile_dirs(build_dir)
        .into_iter()
        .map(|profile| profile.join("incremental"));
    let sizes = dirs.map(|dir| (dir.clone(), allocated(&dir)));
    sizes.filter(|(_, size)| *size > 0).collect()
}

/// Of all files below a directory.
fn allocated(dir: &Path) -> u64 {
    const BLOCK: u64 = 512;
    let of = |path: PathBuf| match fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_dir() => allocated(&path),
        Ok(meta) => meta.blocks() * BLOCK,
        Err(_) => 0,
    };
    entries(dir).map(of).sum()
}

/// Whose name it is besides; `None` for what has but one.
fn linked_inode(path: &Path) -> Option<(u64, u64)> {
    let meta = fs::symlink_metadata(path).ok()?;
    (meta.is_file() && meta.nlink() > 1).then_some((meta.dev(), meta.ino()))
}

/// Where finished artifacts are: `debug`, `x86_64-unknown-linux-gnu/debug`.
pub fn target_profiles(target_dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let own = directories(target_dir).into_iter().filter(|dir| !is_target_dir(dir));
    own.flat_map(|dir| std::iter::once(dir.clone()).chain(directories(&dir)))
}

fn artifacts(build_dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let of_profile = |profile: PathBuf| {
        let units = entries(&profile.join("build")).flat_map(|package| entries(&package));
        let new = units.flat_map(|unit| entries(&unit.join("out")));
        entries(&profile.join("deps")).chain(new)
    };
    profile_dirs(build_dir).into_iter().flat_map(of_profile).take(MAX_FILES)
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

/// The directories in `dir`, sorted; none where it cannot be read.
fn directories(dir: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = entries(dir).filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn name_before_hash(name: &str) -> Option<String> {
    let (name, hash) = name.rsplit_once('-')?;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| name.to_owned())
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(name: &str) {
    if let Some(before) = name_before_hash(name) {
        assert_eq!(name.len(), before.len() + "-0123456789abcdef".len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn used_in_any_layout() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("target");
        assert!(!is_used(&target));
        // What cargo makes before it builds anything.
        fs::create_dir_all(target.join("debug/.fingerprint")).unwrap();
        fs::create_dir_all(target.join("debug/build")).unwrap();
        assert!(!is_used(&target));
        // An editor's own directory is nobody's build.
        fs::create_dir_all(target.join("rust-analyzer/debug/.fingerprint/a-0123456789abcdef")).unwrap();
        fs::write(target.join("rust-analyzer/CACHEDIR.TAG"), "").unwrap();
        assert!(!is_used(&target));
        fs::create_dir_all(target.join("debug/.fingerprint/a-0123456789abcdef")).unwrap();
        assert!(is_used(&target));
        let other = dir.path().join("other");
        // A package that is called `build` makes no profile of `build`.
        fs::create_dir_all(other.join("wasm32-wasip1/release/build/build/0123456789abcdef/fingerprint")).unwrap();
        assert!(is_used(&other));
        assert_eq!(profile_dirs(&other), [other.join("wasm32-wasip1/release")]);
    }

    #[test]
    fn units_of_both_layouts() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str| {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, name).unwrap();
        };
        for name in [
            "debug/deps/a.d",
            "debug/deps/liba.rlib",
            "debug/build/z-sys-0123456789abcdef/output",
            "x/release/build/b/0123456789abcdef/out/b.d",
            "x/release/build/y-sys/0123456789abcdef/run/stdout",
            "rust-analyzer/CACHEDIR.TAG",
            "rust-analyzer/debug/deps/c.d",
        ] {
            write(name);
        }
        fs::create_dir(dir.path().join("x/release/build/b/0123456789abcdef/fingerprint")).unwrap();
        let inside = |path: &Path| path.strip_prefix(dir.path()).unwrap().display().to_string();
        let found: Vec<String> = dep_infos(dir.path()).map(|path| inside(&path)).collect();
        assert_eq!(found, ["debug/deps/a.d", "x/release/build/b/0123456789abcdef/out/b.d"]);
        let mut said: Vec<(String, String)> = build_script_outputs(dir.path())
            .filter(|(_, path)| path.exists())
            .map(|(package, path)| (package, inside(&path)))
            .collect();
        said.sort();
        let of = |package: &str, path: &str| (package.to_owned(), path.to_owned());
        let expected = [
            of("y-sys", "x/release/build/y-sys/0123456789abcdef/run/stdout"),
            of("z-sys", "debug/build/z-sys-0123456789abcdef/output"),
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn knows_hashes() {
        assert_eq!(
            name_before_hash("libz-sys-0123456789abcdef").as_deref(),
            Some("libz-sys")
        );
        assert_eq!(name_before_hash("libz-sys"), None);
    }
}
