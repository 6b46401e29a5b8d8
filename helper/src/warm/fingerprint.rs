//! What cargo remembers of a unit that it built: `<kind>-<name>` with the fingerprint's hash, `<kind>-<name>.json`
//! with what was hashed, and the dep-info (cargo 1.95 and 1.99, `src/cargo/core/compiler/fingerprint/mod.rs`).

use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::read;

/// What a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A library or a proc macro, compiled or only checked.
    Library,
    /// A build script, compiled.
    BuildScript,
    /// A build script's run.
    Run,
    /// A binary, a test, documentation: never a registry or git dependency's.
    Other,
}

/// A unit's fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fingerprint {
    pub(crate) kind: Kind,
    /// The name of the file with the hash; without it cargo builds the unit anew.
    pub(crate) file: String,
    pub(crate) hash: u64,
    /// The hash of `rustc -vV`'s output.
    pub(crate) rustc: u64,
    /// The hashes of the dependencies' fingerprints.
    pub(crate) deps: Vec<u64>,
    /// What a build script asked to watch, relative to its package or absolute.
    pub(crate) watched: Vec<PathBuf>,
    /// Variables that a build script asked to watch.
    pub(crate) variables: Vec<String>,
    pub(crate) rustflags: Vec<String>,
}

/// The part of cargo's JSON that matters here. More fields are no harm, other types of these are another layout.
#[derive(Deserialize)]
struct Json {
    rustc: u64,
    deps: Vec<(u64, String, bool, u64)>,
    local: Vec<Local>,
    rustflags: Vec<String>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "named so that anything else is refused")]
enum Local {
    Precalculated(String),
    CheckDepInfo { dep_info: PathBuf },
    RerunIfChanged { output: PathBuf, paths: Vec<PathBuf> },
    RerunIfEnvChanged { var: String, val: Option<String> },
}

impl Fingerprint {
    /// Reads the fingerprint in `dir`; `None` for a unit that was not finished, and for anything not understood.
    pub(crate) fn read(dir: &Path) -> Option<Self> {
        let mut names = fs::read_dir(dir).ok()?.flatten().filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            name.strip_suffix(".json").map(str::to_owned)
        });
        // A directory with two of them is shared by two units.
        let (Some(file), None) = (names.next(), names.next()) else {
            return None;
        };
        let hash = parse_hash(&read::text(&dir.join(&file), read::MAX_WRITTEN).ok()?)?;
        let json = read::bytes(&dir.join(format!("{file}.json")), read::MAX_MADE).ok()?;
        Self::parse(file, hash, &json)
    }

    fn parse(file: String, hash: u64, json: &[u8]) -> Option<Self> {
        let Json {
            rustc,
            deps,
            local,
            rustflags,
        } = serde_json::from_slice(json).ok()?;
        let (mut watched, mut variables) = (Vec::new(), Vec::new());
        for local in local {
            match local {
                Local::RerunIfChanged { paths, .. } => watched.extend(paths),
                Local::RerunIfEnvChanged { var, .. } => variables.push(var),
                Local::Precalculated(_) | Local::CheckDepInfo { .. } => {}
            }
        }
        Some(Self {
            kind: Kind::of(&file),
            hash,
            rustc,
            deps: deps.into_iter().map(|(_, _, _, hash)| hash).collect(),
            watched,
            variables,
            rustflags,
            file,
        })
    }
}

impl Kind {
    /// By the file's name (`fingerprint_file_path` in cargo's `compilation_files.rs`).
    fn of(file: &str) -> Self {
        [
            ("lib-", Self::Library),
            ("build-script-", Self::BuildScript),
            ("run-build-script-", Self::Run),
        ]
        .into_iter()
        .find(|(prefix, _)| file.starts_with(prefix))
        .map_or(Self::Other, |(_, kind)| kind)
    }
}

/// Cargo's `to_hex`: the bytes from the lowest up.
fn parse_hash(text: &str) -> Option<u64> {
    let is_hash = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
    let number = is_hash.then(|| u64::from_str_radix(text, 16).ok())?;
    number.map(u64::swap_bytes)
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(text: &str) {
    if let Some(found) = Fingerprint::parse("lib-a".to_owned(), 1, text.as_bytes()) {
        let number = |number: u64| text.contains(&number.to_string()) || number == 0;
        assert!(number(found.rustc) && found.deps.into_iter().all(number));
    }
    if let Some(hash) = parse_hash(text) {
        let spelt: String = hash.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(spelt, text.to_ascii_lowercase());
    }
    let _ = Kind::of(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RUN: &str = r#"{"rustc":7,"features":"","deps":[[1,"build_script_build",false,5]],"local":[
        {"RerunIfChanged":{"output":"debug/build/a-00/output","paths":["build.rs","/etc/a"]}},
        {"RerunIfEnvChanged":{"var":"A","val":null}}],"rustflags":["-Copt-level=1"],"compile_kind":0}"#;

    fn read(files: &[(&str, &str)]) -> Option<Fingerprint> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        Fingerprint::read(dir.path())
    }

    #[test]
    fn as_cargo_writes_them() {
        let run = "run-build-script-build-script-build";
        let json = format!("{run}.json");
        let found = read(&[(run, "dea516f3438fa013"), (&json, RUN), ("invoked.timestamp", "")]).unwrap();
        assert_eq!(found.kind, Kind::Run);
        // As the dependants of that unit name it in their JSON.
        assert_eq!(found.hash, 0x13a0_8f43_f316_a5de);
        assert_eq!((found.rustc, found.deps), (7, vec![5]));
        assert_eq!(found.watched, [Path::new("build.rs"), Path::new("/etc/a")]);
        assert_eq!(found.variables, ["A"]);
        assert_eq!(found.rustflags, ["-Copt-level=1"]);
    }

    #[test]
    fn kinds() {
        for (file, kind) in [
            ("lib-serde", Kind::Library),
            ("build-script-build-script-build", Kind::BuildScript),
            ("run-build-script-build-script-main", Kind::Run),
            ("doc-lib-serde", Kind::Other),
            ("test-lib-serde", Kind::Other),
            ("bin-lib-", Kind::Other),
        ] {
            assert_eq!(Kind::of(file), kind, "{file}");
        }
    }

    #[test]
    fn what_is_not_understood_is_no_fingerprint() {
        let (name, hash) = ("lib-a", "dea516f3438fa013");
        assert!(read(&[(name, hash), ("lib-a.json", RUN)]).is_some());
        assert_eq!(read(&[]), None);
        assert_eq!(
            read(&[("lib-a.json", RUN)]),
            None,
            "cargo was stopped before it wrote the hash"
        );
        assert_eq!(
            read(&[(name, ""), ("lib-a.json", RUN)]),
            None,
            "cargo had begun to build it anew"
        );
        assert_eq!(read(&[(name, "+ea516f3438fa013"), ("lib-a.json", RUN)]), None);
        assert_eq!(read(&[(name, hash), ("lib-a.json", RUN), ("bin-a.json", RUN)]), None);
        for (old, new) in [
            ("\"deps\":[[1,", "\"deps\":[["),
            ("RerunIfChanged", "RerunIfMoved"),
            ("\"rustc\":7", "\"rustc\":\"7\""),
        ] {
            let json = RUN.replace(old, new);
            assert_eq!(read(&[(name, hash), ("lib-a.json", &json)]), None, "{json}");
        }
    }

    proptest! {
        #[test]
        fn hashes_as_cargo_spells_them(hash: u64) {
            let text: String = hash.to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
            prop_assert_eq!(parse_hash(&text), Some(hash));
        }

        #[test]
        fn any_text_is_read(text: String) {
            holds_for(&text);
            let _ = read(&[("lib-a", "dea516f3438fa013"), ("lib-a.json", &text)]);
        }
    }
}
