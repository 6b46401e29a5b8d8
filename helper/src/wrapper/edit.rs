//! Crates that are being edited: rustc compiles them incrementally, as cargo would without CARGO_INCREMENTAL=0.
//!
//! A unit of the workspace that was built here before and is built again is being edited. Only two things may then be
//! in the cache: a different commit, and sources that are as they were at an earlier lookup. For all others a
//! lookup would find nothing, and take longer than most edits do.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cargo::build_dir::profile_of;
use crate::cargo::config::incremental;
use crate::digest::Digest;
use crate::environment::{Environment, names};
use crate::git;
use crate::invocation::{Invocation, UnitKind};

/// A unit that cargo alone would compile incrementally.
#[derive(Debug)]
pub(super) struct EditableUnit {
    /// Whether it was built here before.
    pub(super) was_built: bool,
    /// Cargo's own incremental directory.
    dir: PathBuf,
    /// The file with the last [`Lookup`]: in that directory, so that both are deleted together.
    lookup: PathBuf,
    /// Identifies what git has checked out.
    commit: String,
}

/// Names in rustc's messages, and the paths that they stand for.
type Spoken = Vec<(String, PathBuf)>;

/// A lookup of the crate in the cache.
#[derive(Serialize, Deserialize)]
struct Lookup {
    commit: String,
    /// The arguments that the normal form adds.
    remaps: Vec<OsString>,
    spoken: Spoken,
}

impl EditableUnit {
    /// The editable unit that a call compiles, if it does.
    pub(super) fn of(call: &Invocation, env: &Environment) -> Option<Self> {
        if env.get(names::INCREMENTAL_EDITS) == Some(OsStr::new("false")) || !is_editable(call) {
            return None;
        }
        let profile_dir = profile_of(&call.out_dir)?;
        let package = env.text("CARGO_PKG_NAME")?;
        let profile = match (profile_dir.file_name()?.to_str()?, call.kind) {
            ("debug", UnitKind::Test) => "test",
            ("debug", _) => "dev",
            ("release", UnitKind::Test) => "bench",
            (name, _) => name,
        };
        if !incremental::without_the_variable(env, profile, &package) {
            return None;
        }
        let dir = profile_dir.join("incremental");
        let mut digest = Digest::new("checked out");
        digest.field(&git::checked_out(env.cwd()));
        Some(Self {
            was_built: was_built(call),
            lookup: dir.join(format!("{}.asked", call.stem())),
            dir,
            commit: digest.hex(),
        })
    }

    /// The arguments to add, and the names in messages to replace, if it was built here and looked up since this commit
    /// was checked out.
    pub(super) fn after_lookup(&self) -> Option<(Vec<OsString>, Spoken)> {
        let last: Lookup = serde_json::from_slice(&fs::read(&self.lookup).ok()?).ok()?;
        let is_same = self.was_built && last.commit == self.commit;
        is_same.then(|| (self.args(&last.remaps), last.spoken))
    }

    /// Records that the unit was looked up. If it cannot be recorded, the next compile looks it up again.
    pub(super) fn record_lookup(self, remaps: Vec<OsString>, spoken: Spoken) {
        let lookup = Lookup {
            commit: self.commit,
            remaps,
            spoken,
        };
        let _ = fs::create_dir_all(&self.dir);
        let _ = serde_json::to_vec(&lookup).map(|text| fs::write(&self.lookup, text));
    }

    /// The arguments that the normal form adds, and those for an incremental compile.
    pub(super) fn args(&self, remaps: &[OsString]) -> Vec<OsString> {
        let mut incremental = OsString::from("incremental=");
        incremental.push(&self.dir);
        remaps.iter().cloned().chain(["-C".into(), incremental]).collect()
    }
}

/// Whether the sources are a member's, and no option excludes incremental compilation. Build scripts and proc macros
/// change seldom and other worktrees need them, so they always use the cache.
fn is_editable(call: &Invocation) -> bool {
    let is_build_script = call.kind == UnitKind::Bin && call.crate_name.starts_with("build_script_");
    let mut options = call.plain_words.iter().zip(call.plain_words.iter().skip(1));
    !call.has_cap_lints
        && call.kind != UnitKind::ProcMacro
        && !is_build_script
        && !options.any(|(option, value)| option == "-C" && excludes_incremental(&value.to_string_lossy()))
}

/// Whether a `-C` option excludes incremental compilation.
fn excludes_incremental(codegen: &str) -> bool {
    let (name, value) = codegen.split_once('=').unwrap_or((codegen, ""));
    let name = name.replace('_', "-");
    matches!(
        &*name,
        "lto" | "linker-plugin-lto" | "instrument-coverage" | "save-temps"
    ) && !matches!(value, "off" | "no" | "n" | "false")
}

/// Whether this unit was built here before. Cargo removes a program and an `.rlib` before it builds them again.
fn was_built(call: &Invocation) -> bool {
    let stem = call.stem();
    let exists = |name: String| call.out_dir.join(name).exists();
    exists(format!("{stem}.d")) && (call.is_linked() || exists(format!("lib{stem}.rmeta")))
}
