//! Where cargo keeps a unit's files, in the two layouts of a build directory that there are (cargo's
//! `src/cargo/core/compiler/layout.rs`): the old one, and the one of `-Zbuild-dir-new-layout`. A later one is
//! not guessed at.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::fingerprint::{Fingerprint, Kind};
use crate::facts::build_dir::{directories, is_profile_used, profile_dirs};

/// Which layout a unit is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// `.fingerprint/<package>-<hash>`, `build/<package>-<hash>`, and everybody's `deps`.
    Old,
    /// `build/<package>/<hash>/{fingerprint,out,run}`.
    New,
}

/// Where a unit is. All paths are relative to the build directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    layout: Layout,
    /// `debug`, or `x86_64-unknown-linux-gnu/debug`.
    pub(crate) profile: PathBuf,
    pub(crate) package: String,
    hash: String,
}

impl Place {
    /// The directory of the fingerprint's files.
    pub(crate) fn fingerprint_dir(&self) -> PathBuf {
        match self.layout {
            Layout::Old => self.profile.join(".fingerprint").join(self.old_name()),
            Layout::New => self.new_dir().join("fingerprint"),
        }
    }

    /// Where a build script's run left its words.
    pub(crate) fn run_dir(&self) -> PathBuf {
        match self.layout {
            Layout::Old => self.old_build_dir(),
            Layout::New => self.new_dir().join("run"),
        }
    }

    /// What a build script's run had as OUT_DIR.
    pub(crate) fn out_dir(&self) -> PathBuf {
        match self.layout {
            Layout::Old => self.old_build_dir().join("out"),
            Layout::New => self.new_dir().join("out"),
        }
    }

    /// The file with a build script's output.
    pub(crate) fn stdout(&self) -> PathBuf {
        self.run_dir().join(match self.layout {
            Layout::Old => "output",
            Layout::New => "stdout",
        })
    }

    /// What a unit left beside its fingerprint, whether it is there or not.
    fn outputs(&self, kind: Kind, deps: &Deps) -> Vec<PathBuf> {
        match (self.layout, kind) {
            (Layout::Old, Kind::BuildScript | Kind::Run) => vec![self.old_build_dir()],
            (Layout::Old, _) => {
                let names = deps.of(&self.hash).iter();
                names.map(|name| self.profile.join("deps").join(name)).collect()
            }
            (Layout::New, _) => vec![self.out_dir(), self.run_dir()],
        }
    }

    fn old_name(&self) -> String {
        format!("{}-{}", self.package, self.hash)
    }

    fn old_build_dir(&self) -> PathBuf {
        self.profile.join("build").join(self.old_name())
    }

    fn new_dir(&self) -> PathBuf {
        self.profile.join("build").join(&self.package).join(&self.hash)
    }
}

/// A finished unit.
#[derive(Debug, Clone)]
pub(crate) struct Unit {
    pub(crate) place: Place,
    pub(crate) fingerprint: Fingerprint,
    /// Files and directories, but for the fingerprint's own.
    pub(crate) outputs: Vec<PathBuf>,
}

impl Unit {
    /// The file whose time tells this building of the unit from any other.
    pub(crate) fn invoked(&self) -> PathBuf {
        let dir = match self.fingerprint.kind {
            Kind::Run => self.place.run_dir(),
            _ => self.place.fingerprint_dir(),
        };
        dir.join("invoked.timestamp")
    }

    /// The dep-info that rustc wrote, if there is exactly one.
    pub(crate) fn dep_info(&self, build_dir: &Path) -> Option<PathBuf> {
        let files = self.outputs.iter().flat_map(|output| files(&build_dir.join(output)));
        let mut dep_infos = files.filter(|path| path.extension().is_some_and(|extension| extension == "d"));
        dep_infos.next().filter(|_| dep_infos.next().is_none())
    }
}

/// A file itself, or the files in a directory, not those deeper.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect()
}

/// What a build directory holds.
#[derive(Debug, Default)]
pub(crate) struct BuildDir {
    pub(crate) root: PathBuf,
    pub(crate) units: Vec<Unit>,
    /// Profiles in which there is something and not one unit is understood.
    pub(crate) unknown: Vec<PathBuf>,
}

impl BuildDir {
    /// Reads all units of `root`.
    pub(crate) fn read(root: &Path) -> Self {
        let mut found = Self {
            root: root.to_owned(),
            ..Self::default()
        };
        for dir in profile_dirs(root) {
            let Ok(profile) = dir.strip_prefix(root) else {
                continue;
            };
            let deps = Deps::read(&dir.join("deps"));
            let places = places(root, profile);
            let units: Vec<Unit> = places
                .iter()
                .filter_map(|place| read_unit(root, place, &deps))
                .collect();
            if units.is_empty() && is_unknown(root, &dir, &places) {
                found.unknown.push(dir.clone());
            }
            found.units.extend(units);
        }
        found
    }
}

fn read_unit(root: &Path, place: &Place, deps: &Deps) -> Option<Unit> {
    let fingerprint = Fingerprint::read(&root.join(place.fingerprint_dir()))?;
    let mut outputs = place.outputs(fingerprint.kind, deps);
    outputs.retain(|output| root.join(output).exists());
    Some(Unit {
        place: place.clone(),
        fingerprint,
        outputs,
    })
}

/// Whether cargo built something here that no layout has a place for, or that has another kind of fingerprint; not
/// where it was only stopped before it finished anything.
fn is_unknown(root: &Path, profile: &Path, places: &[Place]) -> bool {
    if places.is_empty() {
        return is_profile_used(profile);
    }
    let finished = |place: &Place| {
        let files = files(&root.join(place.fingerprint_dir()));
        files
            .iter()
            .any(|path| path.extension().is_some_and(|extension| extension == "json"))
    };
    places.iter().any(finished)
}

/// The directories of a profile that are called as a unit's is.
fn places(root: &Path, profile: &Path) -> Vec<Place> {
    let place = |layout, package: &str, hash: &str| Place {
        layout,
        profile: profile.to_owned(),
        package: package.to_owned(),
        hash: hash.to_owned(),
    };
    let dir = root.join(profile);
    let old = names(&dir.join(".fingerprint")).into_iter().filter_map(|name| {
        let (package, hash) = name.rsplit_once('-')?;
        is_hash(hash).then(|| place(Layout::Old, package, hash))
    });
    let new = names(&dir.join("build")).into_iter().flat_map(|package| {
        let hashes = names(&dir.join("build").join(&package))
            .into_iter()
            .filter(|hash| is_hash(hash));
        hashes
            .map(|hash| place(Layout::New, &package, &hash))
            .collect::<Vec<_>>()
    });
    old.chain(new).collect()
}

/// The names of the directories in `dir`; cargo's own are plain text.
fn names(dir: &Path) -> Vec<String> {
    let dirs = directories(dir).into_iter();
    dirs.filter_map(|path| path.file_name()?.to_str().map(str::to_owned))
        .collect()
}

fn is_hash(text: &str) -> bool {
    text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// The files of `deps` by the hash in their names: `libserde-<hash>.rlib`, `serde-<hash>.d`.
struct Deps(HashMap<String, Vec<String>>);

impl Deps {
    fn read(dir: &Path) -> Self {
        let mut files: HashMap<String, Vec<String>> = HashMap::new();
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if let Some(hash) = hash_in(&name) {
                files.entry(hash.to_owned()).or_default().push(name);
            }
        }
        Self(files)
    }

    fn of(&self, hash: &str) -> &[String] {
        self.0.get(hash).map_or(&[], Vec::as_slice)
    }
}

/// The hash at the end of a file's stem.
fn hash_in(name: &str) -> Option<&str> {
    let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
    stem.rsplit_once('-').map(|(_, hash)| hash).filter(|hash| is_hash(hash))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(name: &str) {
    if let Some(hash) = hash_in(name) {
        assert!(hash.len() == 16 && name.contains(&format!("-{hash}")));
    }
    let plain = name.replace('.', "");
    assert_eq!(
        hash_in(&format!("{plain}-0123456789abcdef.rlib")),
        Some("0123456789abcdef")
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef";
    const JSON: &str = r#"{"rustc":7,"deps":[],"local":[{"Precalculated":"1"}],"rustflags":[]}"#;

    struct Target(tempfile::TempDir);

    impl Target {
        fn new(files: &[(&str, &str)]) -> Self {
            let target = Self(tempfile::tempdir().unwrap());
            for (name, text) in files {
                let path = target.0.path().join(name.replace('#', HASH));
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            target
        }

        fn read(&self) -> BuildDir {
            BuildDir::read(self.0.path())
        }
    }

    #[test]
    fn the_old_layout() {
        let run = "run-build-script-build-script-build";
        let target = Target::new(&[
            ("debug/.fingerprint/a-b-#/lib-a_b", HASH),
            ("debug/.fingerprint/a-b-#/lib-a_b.json", JSON),
            ("debug/deps/liba_b-#.rlib", ""),
            ("debug/deps/a_b-#.d", ""),
            ("debug/deps/other-0000000000000000.d", ""),
            (&format!("x86_64-linux/debug/.fingerprint/c-#/{run}"), HASH),
            (&format!("x86_64-linux/debug/.fingerprint/c-#/{run}.json"), JSON),
            ("x86_64-linux/debug/build/c-#/output", ""),
        ]);
        let found = target.read();
        let [library, run] = &found.units[..] else {
            panic!("{found:?}");
        };
        assert_eq!(library.place.package, "a-b");
        assert_eq!(library.outputs.len(), 2, "{library:?}");
        assert_eq!(
            library.dep_info(&found.root),
            Some(found.root.join(format!("debug/deps/a_b-{HASH}.d")))
        );
        assert_eq!(
            library.invoked(),
            Path::new(&format!("debug/.fingerprint/a-b-{HASH}/invoked.timestamp"))
        );
        assert_eq!(run.place.profile, Path::new("x86_64-linux/debug"));
        assert_eq!(run.outputs, [Path::new(&format!("x86_64-linux/debug/build/c-{HASH}"))]);
        assert!(found.root.join(run.place.stdout()).is_file());
        assert!(found.unknown.is_empty(), "{found:?}");
    }

    #[test]
    fn the_new_layout() {
        let target = Target::new(&[
            ("debug/build/build/#/fingerprint/lib-build", HASH),
            ("debug/build/build/#/fingerprint/lib-build.json", JSON),
            ("debug/build/build/#/out/build-#.d", ""),
        ]);
        let found = target.read();
        let [library] = &found.units[..] else {
            panic!("{found:?}");
        };
        assert_eq!(library.place.package, "build");
        assert_eq!(library.outputs, [Path::new(&format!("debug/build/build/{HASH}/out"))]);
        assert!(library.dep_info(&found.root).is_some());
        assert!(found.unknown.is_empty(), "{found:?}");
    }

    #[test]
    fn what_is_not_known_is_said() {
        let unknown = |files: &[(&str, &str)]| Target::new(files).read().unknown.len();
        assert_eq!(unknown(&[("debug/build/01/23456789abcdef/units/lib-a.json", JSON)]), 1);
        assert_eq!(
            unknown(&[
                ("debug/.fingerprint/a-#/lib-a", "0"),
                ("debug/.fingerprint/a-#/lib-a.json", JSON)
            ]),
            1
        );
        // Cargo was stopped, or has only just begun.
        assert_eq!(unknown(&[("debug/.fingerprint/a-#/invoked.timestamp", "")]), 0);
        assert_eq!(unknown(&[("debug/.cargo-lock", ""), ("debug/deps/x", "")]), 0);
        assert_eq!(unknown(&[("doc/a/index.html", "")]), 0);
    }

    proptest::proptest! {
        #[test]
        fn any_name_has_a_hash_or_none(name: String) {
            holds_for(&name);
        }
    }

    #[test]
    fn hashes_in_names() {
        for name in [
            "liba-b-0123456789abcdef.rlib",
            "a-0123456789abcdef.a.x-cgu.0.rcgu.o",
            "a-0123456789abcdef",
        ] {
            assert_eq!(hash_in(name), Some(HASH), "{name}");
        }
        for name in [
            "liba.rlib",
            "a-0123456789abcdeF.d",
            "a-0123456789abcdef0.d",
            "0123456789abcdef.d",
        ] {
            assert_eq!(hash_in(name), None, "{name}");
        }
    }
}
