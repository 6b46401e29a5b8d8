//! Cargo's build directory: its profiles, and of each unit the dep-info and the output of its build script. Cargo has
//! had two layouts: `deps/`, `.fingerprint/NAME-HASH` and `build/NAME-HASH/output`; and (the default since 1.100) one
//! directory per unit, `build/NAME/HASH/{fingerprint,out,run}`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// How many files of one kind are looked at; the largest target directories have some thousand crates.
const MAX_FILES: usize = 5000;

/// The file with the output of a build script, in the directory of its run: of the older layout, of the newer.
const SCRIPT_OUTPUTS: [&str; 2] = ["output", "run/stdout"];

/// The directories of a build directory that hold the units of one profile (`debug`, or
/// `x86_64-unknown-linux-gnu/debug`), sorted. Target directories that tools nest in it (`rust-analyzer`,
/// `llvm-cov-target`) are left out.
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

/// Cargo marks the root of a target directory.
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

/// The profile's directory of an `--out-dir`: what lies above `deps`, `examples` or `build/<package>[/<hash>[/out]]`.
pub(crate) fn profile_of(out_dir: &Path) -> Option<PathBuf> {
    let is_of_units = |dir: &&Path| {
        let name = dir.file_name().and_then(OsStr::to_str);
        matches!(name, Some("deps" | "examples" | "build"))
    };
    let profile = out_dir.ancestors().take(4).find(is_of_units)?.parent()?;
    profile.parent().is_some().then(|| profile.to_owned())
}

/// The names of the variables that a build script sets with `cargo::rustc-env`, by its OUT_DIR.
pub(crate) fn variables_of_script(out_dir: &Path) -> Vec<OsString> {
    let read = |run: &Path| {
        let mut outputs = SCRIPT_OUTPUTS.iter();
        outputs.find_map(|name| fs::read(run.join(name)).ok())
    };
    let output = out_dir.parent().and_then(read).unwrap_or_default();
    let name = |assignment: &[u8]| {
        let end = memchr::memchr(b'=', assignment)?;
        Some(OsStr::from_bytes(assignment[..end].trim_ascii()).to_owned())
    };
    directives(&output, b"rustc-env=").filter_map(name).collect()
}

/// The values of one directive in the output of a build script; `directive` ends with `=`.
pub(crate) fn directives<'a>(output: &'a [u8], directive: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    output.split(|&byte| byte == b'\n').filter_map(move |line| {
        let rest = line.strip_prefix(b"cargo:")?;
        // With two colons since cargo 1.77.
        rest.strip_prefix(b":").unwrap_or(rest).strip_prefix(directive)
    })
}

/// The output of each build script, with the name of its package.
pub fn build_script_outputs(build_dir: &Path) -> impl Iterator<Item = (String, PathBuf)> + use<> {
    let packages = profile_dirs(build_dir)
        .into_iter()
        .flat_map(|profile| entries(&profile.join("build")));
    let outputs = packages.flat_map(|dir| {
        let name = dir.file_name().and_then(OsStr::to_str).unwrap_or_default().to_owned();
        match name_before_hash(&name) {
            Some(name) => vec![(name, dir.join(SCRIPT_OUTPUTS[0]))],
            None => {
                let run = |unit: PathBuf| (name.clone(), unit.join(SCRIPT_OUTPUTS[1]));
                entries(&dir).map(run).collect()
            }
        }
    });
    outputs.take(MAX_FILES)
}

/// Whether the target directory has an artifact of this build directory: cargo makes a hard link for what was
/// requested.
pub fn was_put_into(build_dir: &Path, target_dir: &Path) -> bool {
    let finished = target_profiles(target_dir).flat_map(|profile| entries(&profile));
    let linked: Vec<(u64, u64)> = finished
        .filter_map(|path| linked_inode(&path))
        .take(MAX_FILES)
        .collect();
    !linked.is_empty()
        && artifacts(build_dir).any(|path| linked_inode(&path).is_some_and(|inode| linked.contains(&inode)))
}

/// The incremental directory of each profile that has one, and its size in bytes on disk.
pub fn incremental(build_dir: &Path) -> Vec<(PathBuf, u64)> {
    let dirs = profile_dirs(build_dir)
        .into_iter()
        .map(|profile| profile.join("incremental"));
    let sizes = dirs.map(|dir| (dir.clone(), allocated(&dir)));
    sizes.filter(|(_, size)| *size > 0).collect()
}

/// The size on disk of all files below a directory, in bytes.
fn allocated(dir: &Path) -> u64 {
    const BLOCK: u64 = 512;
    let of = |path: PathBuf| match fs::symlink_metadata(&path) {
        Ok(meta) if meta.is_dir() => allocated(&path),
        Ok(meta) => meta.blocks() * BLOCK,
        Err(_) => 0,
    };
    entries(dir).map(of).sum()
}

/// Device and inode of a file with more than one name.
fn linked_inode(path: &Path) -> Option<(u64, u64)> {
    let meta = fs::symlink_metadata(path).ok()?;
    (meta.is_file() && meta.nlink() > 1).then_some((meta.dev(), meta.ino()))
}

/// Where finished artifacts are: `debug`, `x86_64-unknown-linux-gnu/debug`.
pub fn target_profiles(target_dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    const OF_UNITS: [&str; 5] = [".fingerprint", "build", "deps", "examples", "incremental"];
    let is_of_units = |dir: &PathBuf| OF_UNITS.iter().any(|name| dir.ends_with(name));
    let own = directories(target_dir).into_iter().filter(|dir| !is_target_dir(dir));
    own.flat_map(move |dir| {
        let below = directories(&dir).into_iter().filter(move |dir| !is_of_units(dir));
        std::iter::once(dir).chain(below)
    })
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
        // Cargo makes these before it builds anything.
        fs::create_dir_all(target.join("debug/.fingerprint")).unwrap();
        fs::create_dir_all(target.join("debug/build")).unwrap();
        assert!(!is_used(&target));
        // The target directory of an editor does not count.
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
    fn the_profile_of_an_out_dir() {
        let of = |out_dir: &str| profile_of(Path::new(out_dir)).map(|dir| dir.display().to_string());
        for out_dir in ["deps", "examples", "build/a", "build/a/0123", "build/a/0123/out"] {
            assert_eq!(
                of(&format!("/w/target/debug/{out_dir}")).as_deref(),
                Some("/w/target/debug")
            );
        }
        assert_eq!(of("/w/out"), None);
        assert_eq!(of("/deps"), None, "the root directory is not a profile");
    }

    #[test]
    fn variables_in_both_layouts() {
        for name in SCRIPT_OUTPUTS {
            let dir = tempfile::tempdir().unwrap();
            let output = dir.path().join(name);
            fs::create_dir_all(output.parent().unwrap()).unwrap();
            let text = "cargo:rustc-env=A=1\ncargo::rustc-env= B =2=3\nrustc-env=C=1\ncargo:rustc-env=D\n";
            fs::write(&output, text).unwrap();
            assert_eq!(variables_of_script(&dir.path().join("out")), ["A", "B"]);
        }
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
