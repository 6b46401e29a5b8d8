//! What cargo's units in a target directory tell: which link a static library with modifiers, which
//! rustc made them. Read for `check` as a person calls it: a target directory holds hundreds of such files.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::read;

/// How much of one file is read, in bytes.
pub(super) const MAX_FILE: u64 = 1 << 20;

/// How many files are looked at; the largest target directories have some thousand crates.
const MAX_FILES: usize = 5000;

/// How long they are looked at in all, whatever a target directory holds.
const LIMIT: Duration = Duration::from_millis(500);

/// A crate that links a static library in a way that sccache does not see.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModifiedLibrary {
    /// The crate whose build script says so.
    pub package: String,
    /// What it says, such as `static:+whole-archive=z`.
    pub directive: String,
}

/// What a target directory's units tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Units {
    /// Static libraries that are linked with modifiers.
    pub modified_libraries: BTreeSet<ModifiedLibrary>,
    /// The rustc that built last: `1.95.0 (59807616e 2026-04-14)`.
    pub rustc: Option<String>,
}

impl Units {
    /// Reads the directory; nothing where there is none.
    pub(super) fn read(dir: &Path) -> Self {
        let deadline = Instant::now() + LIMIT;
        Self {
            modified_libraries: modified_libraries(dir, deadline),
            rustc: rustc_in(dir),
        }
    }
}

/// The rustc of the last build, as cargo remembers it.
pub(super) fn rustc_in(dir: &Path) -> Option<String> {
    rustc_of(&read::bytes(&dir.join(".rustc_info.json"), MAX_FILE).ok()?)
}

fn entries(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path())
}

/// The dep-info files of all units, `<profile>/deps/*.d` (with a target triple one level deeper).
pub(super) fn dep_infos(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    profiles(dir)
        .flat_map(|profile| entries(&profile.join("deps")))
        .filter(|path| path.extension() == Some(OsStr::new("d")))
}

/// The profiles' directories, those of a target triple too.
fn profiles(dir: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    entries(dir).flat_map(|path| entries(&path).chain(std::iter::once(path)))
}

/// `<profile>/build/PACKAGE-HASH/output` is what a build script said.
fn modified_libraries(dir: &Path, deadline: Instant) -> BTreeSet<ModifiedLibrary> {
    profiles(dir)
        .flat_map(|profile| entries(&profile.join("build")))
        .take(MAX_FILES)
        .take_while(|_| Instant::now() < deadline)
        .filter_map(|unit| {
            let output = read::start(&unit.join("output"), MAX_FILE).ok()?;
            Some((name_before_hash(unit.file_name()?)?, output))
        })
        .flat_map(|(package, output)| {
            let directives = modified(&output);
            directives.into_iter().map(move |directive| ModifiedLibrary {
                package: package.clone(),
                directive,
            })
        })
        .collect()
}

/// sccache puts a library into the key only where its kind is exactly `static`. What is not bundled is not in the artifact,
/// so there it is right.
fn modified(output: &[u8]) -> Vec<String> {
    const MARKS: [&str; 2] = ["cargo:rustc-link-lib=", "cargo::rustc-link-lib="];
    let text = String::from_utf8_lossy(output);
    let directives = text
        .lines()
        .filter_map(|line| MARKS.iter().find_map(|mark| line.strip_prefix(mark)));
    directives
        .filter(|directive| directive.starts_with("static:") && !directive.contains("-bundle"))
        .map(str::to_owned)
        .collect()
}

fn name_before_hash(name: &OsStr) -> Option<String> {
    let (name, hash) = name.to_str()?.rsplit_once('-')?;
    let is_hash = hash.len() == 16 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| name.to_owned())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RustcInfo {
    outputs: std::collections::BTreeMap<String, RustcOutput>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct RustcOutput {
    stdout: String,
}

fn rustc_of(rustc_info: &[u8]) -> Option<String> {
    let info: RustcInfo = serde_json::from_slice(rustc_info).ok()?;
    info.outputs
        .into_values()
        .find_map(|output| Some(output.stdout.lines().next()?.strip_prefix("rustc ")?.to_owned()))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(bytes: &[u8]) {
    for directive in modified(bytes) {
        assert!(directive.starts_with("static:") && !directive.contains('\n'));
    }
    if let Some(rustc) = rustc_of(bytes) {
        assert!(!rustc.contains('\n'));
    }
    if let Some(name) = name_before_hash(std::os::unix::ffi::OsStrExt::from_bytes(bytes)) {
        assert_eq!(bytes.len(), name.len() + "-0123456789abcdef".len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_sccache_misses() {
        let output = b"cargo:rustc-link-lib=static=a\ncargo:rustc-link-lib=static:+whole-archive=b\n\
            cargo::rustc-link-lib=static:+verbatim=libc.a\ncargo:rustc-link-lib=static:-bundle=d\n\
            cargo:rustc-link-lib=dylib:+verbatim=e\ncargo:rerun-if-changed=x\n";
        assert_eq!(modified(output), ["static:+whole-archive=b", "static:+verbatim=libc.a"]);
    }

    #[test]
    fn knows_hashes() {
        let name = |text: &str| name_before_hash(OsStr::new(text));
        assert_eq!(name("libz-sys-0123456789abcdef").as_deref(), Some("libz-sys"));
        assert_eq!(name("libz-sys"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            holds_for(&bytes);
        }
    }
}
