//! `.rustc_info.json`: cargo's cache of rustc's answers in a build directory, including failures (its
//! `src/cargo/util/rustc.rs`, `Data`).

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::read;

/// How much of it is read, in bytes; real ones have about 10,000.
const MAX: u64 = 1 << 20;

/// Its path in a build directory.
pub(crate) fn path(build_dir: &Path) -> PathBuf {
    build_dir.join(".rustc_info.json")
}

/// The file's content, as far as it is used.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub struct RustcInfo {
    outputs: BTreeMap<String, Answer>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Answer {
    success: Option<bool>,
    stdout: String,
    stderr: String,
}

impl RustcInfo {
    /// Reads that of a build directory; empty if it does not exist or cannot be read.
    pub fn read(build_dir: &Path) -> Self {
        read::bytes(&path(build_dir), MAX).map_or_else(|_| Self::default(), |bytes| Self::parse(&bytes))
    }

    fn parse(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_default()
    }

    /// The rustc that built last, such as `1.95.0 (59807616e 2026-04-14)`.
    pub fn rustc(&self) -> Option<String> {
        let mut outputs = self.outputs.values();
        outputs.find_map(|output| Some(output.stdout.lines().next()?.strip_prefix("rustc ")?.to_owned()))
    }

    /// The first line that sccache printed when it failed.
    pub fn sccache_failure(&self) -> Option<String> {
        let mut failed = self.outputs.values().filter(|output| output.success == Some(false));
        failed.find_map(|output| {
            let mut lines = output.stderr.lines().chain(output.stdout.lines());
            lines.find(|line| line.contains("sccache")).map(str::to_owned)
        })
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(bytes: &[u8]) {
    let info = RustcInfo::parse(bytes);
    if let Some(said) = info.sccache_failure() {
        assert!(said.contains("sccache") && !said.contains('\n'));
    }
    if let Some(rustc) = info.rustc() {
        assert!(!rustc.contains('\n'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_failure_of_sccache_counts() {
        let failure = |text: &[u8]| RustcInfo::parse(text).sccache_failure();
        let failed = br#"{"rustc_fingerprint":1,"outputs":{"5":{"success":false,"status":"","code":2,"stdout":"","stderr":"sccache: error: no\nmore"}},"successes":{}}"#;
        assert_eq!(failure(failed).as_deref(), Some("sccache: error: no"));
        assert_eq!(
            failure(br#"{"outputs":{"5":{"success":false,"stderr":"error: unknown option"}}}"#),
            None
        );
        assert_eq!(
            failure(br#"{"outputs":{"5":{"success":true,"stderr":"sccache"}}}"#),
            None
        );
    }

    #[test]
    fn the_rustc_that_built() {
        let text = br#"{"outputs":{"5":{"success":true,"stdout":"rustc 1.95.0 (59807616e 2026-04-14)\nhost: x"}}}"#;
        assert_eq!(
            RustcInfo::parse(text).rustc().as_deref(),
            Some("1.95.0 (59807616e 2026-04-14)")
        );
        assert_eq!(RustcInfo::parse(b"{").rustc(), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            assert_invariants(&bytes);
        }
    }
}
