//! What the wrapper and the shim exchange: the plan of a compile, and the verdict on it.

use std::ffi::OsString;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::contents::Stamp;
use super::input::State;
use super::os_text;
use crate::why::Why;

/// The variable with the path of the file that holds the plan.
pub(crate) const PLAN: &str = "SCCACHE_SHELL_PLAN";

/// How the shim restores cargo's call, and by what it judges the compile.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(Default))]
pub(crate) struct Plan {
    pub(crate) cwd: OsString,
    pub(crate) program: OsString,
    /// As cargo gave them.
    #[serde(with = "os_text::list")]
    pub(crate) args: Vec<OsString>,
    /// Arguments that are added: see [`super::place::Places::remaps`].
    #[serde(with = "os_text::list")]
    pub(crate) remaps: Vec<OsString>,
    /// Whether the compile is incremental; its result is not stored.
    pub(crate) is_edit: bool,
    /// Variables that were hidden from sccache.
    pub(crate) restore: Vec<(OsString, OsString)>,
    pub(crate) crate_name: String,
    pub(crate) file_names: Vec<String>,
    pub(crate) source: OsString,
    pub(crate) out_dir: OsString,
    /// Paths that no artifact may contain; empty if the key names the worktree.
    #[serde(with = "os_text::list")]
    pub(crate) needles: Vec<OsString>,
    /// All directories of this worktree.
    #[serde(with = "os_text::list")]
    pub(crate) mine: Vec<OsString>,
    /// The dep-info that rustc is expected to write.
    #[serde(with = "os_text")]
    pub(crate) dep_info: OsString,
    /// Whether the compile must be observed.
    pub(crate) is_watched: bool,
    /// Files that are in the key, beside the inputs.
    #[serde(with = "os_text::list")]
    pub(crate) allowed: Vec<OsString>,
    /// Directories that may be read with all below: toolchains, registries.
    #[serde(with = "os_text::list")]
    pub(crate) constant: Vec<OsString>,
    /// Directories of compiled crates.
    #[serde(with = "os_text::list")]
    pub(crate) crates: Vec<OsString>,
    /// The prefix of the names of temporary files and outputs.
    pub(crate) stem: String,
    pub(crate) is_linked: bool,
    /// Search paths whose libraries are in the key.
    #[serde(with = "os_text::list")]
    pub(crate) native: Vec<OsString>,
    pub(crate) inputs: Vec<PlannedInput>,
    /// When the wrapper began to read them: seconds and nanoseconds since 1970.
    pub(crate) start: (i64, i64),
    /// The file for the [`Verdict`].
    pub(crate) report: OsString,
}

/// An input, which must be unchanged after the compile.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct PlannedInput {
    #[serde(with = "os_text")]
    pub(crate) path: OsString,
    pub(crate) state: State,
    /// Shows that it is unchanged without reading it.
    pub(crate) stamp: Option<Stamp>,
}

impl Plan {
    /// Whether a library at `path` would be in the key, because the linker searches its directory.
    pub(crate) fn is_foreseen(&self, path: &Path) -> bool {
        self.is_linked
            && path
                .parent()
                .is_some_and(|dir| self.native.iter().any(|known| dir == Path::new(known)))
    }
}

/// Whether sccache may store what a compile made.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Stored,
    /// No: these files were read and are not in the key.
    Read(Vec<OsString>),
    /// No, for a different reason.
    NotStored(Why),
}
