//! Cargo's units in a target directory: which of them link a static library with modifiers, and which rustc compiled
//! them. Only in a full reading: a target directory contains hundreds of such files.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::cargo::build_dir::{self, build_script_outputs};
use crate::cargo::rustc_info::RustcInfo;
use crate::read;

/// How much of one file is read, in bytes.
const MAX_FILE: u64 = 1 << 20;

/// How long all of them may take.
const LIMIT: Duration = Duration::from_millis(500);

/// A crate that links a static library which sccache does not put into the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModifiedLibrary {
    /// The package whose build script links it.
    pub package: String,
    /// The directive, such as `static:+whole-archive=z`.
    pub directive: String,
}

/// The units of a target directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Units {
    /// Static libraries that are linked with modifiers.
    pub modified_libraries: BTreeSet<ModifiedLibrary>,
    /// The rustc of the last build: `1.95.0 (59807616e 2026-04-14)`.
    pub rustc: Option<String>,
}

impl Units {
    /// Reads the directory; empty if there is none.
    pub(super) fn read(dir: &Path) -> Self {
        let deadline = Instant::now() + LIMIT;
        Self {
            modified_libraries: modified_libraries(dir, deadline),
            rustc: RustcInfo::read(dir).rustc(),
        }
    }
}

fn modified_libraries(dir: &Path, deadline: Instant) -> BTreeSet<ModifiedLibrary> {
    build_script_outputs(dir)
        .take_while(|_| Instant::now() < deadline)
        .filter_map(|(package, output)| Some((package, read::start(&output, MAX_FILE).ok()?)))
        .flat_map(|(package, output)| {
            let directives = modified(&output);
            directives.into_iter().map(move |directive| ModifiedLibrary {
                package: package.clone(),
                directive,
            })
        })
        .collect()
}

/// sccache puts a library into the key only if its kind is exactly `static`. With `-bundle` that is right, since the
/// library is not in the artifact.
fn modified(output: &[u8]) -> Vec<String> {
    build_dir::directives(output, b"rustc-link-lib=")
        .map(String::from_utf8_lossy)
        .filter(|directive| directive.starts_with("static:") && !directive.contains("-bundle"))
        .map(|directive| directive.trim_end_matches('\r').to_owned())
        .collect()
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(bytes: &[u8]) {
    for directive in modified(bytes) {
        assert!(directive.starts_with("static:") && !directive.contains('\n'));
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

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            assert_invariants(&bytes);
        }
    }
}
