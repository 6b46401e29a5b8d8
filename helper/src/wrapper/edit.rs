//! Crates that somebody is editing: rustc compiles them incrementally, as cargo would have it do without CARGO_INCREMENTAL=0.
//!
//! A unit of the workspace that was built here before, and is built again, is being edited. The first time since another
//! commit was checked out the cache is asked, for whoever goes back and forth between two of them has built both; after that
//! the question would be in vain, and costs more than most edits do.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cargo::config::incremental;
use crate::digest::Digest;
use crate::environment::{Environment, names};
use crate::form::place::profile_dir;
use crate::git;
use crate::invocation::{Invocation, Kind};

/// A compile of an edited crate.
#[derive(Debug)]
pub(super) struct Edit {
    /// Where rustc keeps what it needs for the next one: in cargo's own place.
    dir: PathBuf,
    /// Where it is written down that the cache was asked. Beside that, so that it goes with it.
    note: PathBuf,
    /// What git has checked out.
    commit: String,
}

/// Names that rustc's messages have for places.
type Spoken = Vec<(String, PathBuf)>;

/// That the cache was asked for a crate.
#[derive(Serialize, Deserialize)]
struct Asked {
    commit: String,
    /// What the normal form adds to its arguments.
    remaps: Vec<OsString>,
    /// What these make rustc say of places, and the places.
    spoken: Spoken,
}

impl Edit {
    /// Whether a compile is one.
    pub(super) fn of(call: &Invocation, env: &Environment) -> Option<Self> {
        if env.get(names::INCREMENTAL_EDITS) == Some(OsStr::new("false")) || !is_editable(call) || !was_built(call) {
            return None;
        }
        let profile = profile_dir(&call.out_dir)?;
        let package = env.text("CARGO_PKG_NAME")?;
        let name = match (profile.file_name()?.to_str()?, call.kind) {
            ("debug", Kind::Test) => "test",
            ("debug", _) => "dev",
            ("release", Kind::Test) => "bench",
            (name, _) => name,
        };
        if !incremental::without_the_variable(env, name, &package) {
            return None;
        }
        let dir = profile.join("incremental");
        let mut digest = Digest::new("checked out");
        digest.field(&git::checked_out(env.cwd()));
        Some(Self {
            note: dir.join(format!("{}.asked", call.stem())),
            dir,
            commit: digest.hex(),
        })
    }

    /// What is added to the arguments, if the cache was asked since this commit was checked out; and how messages are to be
    /// changed back.
    pub(super) fn asked(&self) -> Option<(Vec<OsString>, Spoken)> {
        let asked: Asked = serde_json::from_slice(&fs::read(&self.note).ok()?).ok()?;
        (asked.commit == self.commit).then(|| (self.args(&asked.remaps), asked.spoken))
    }

    /// Writes down that the cache is asked, and says what is added to the arguments. Where it cannot be written the next
    /// compile asks again.
    pub(super) fn ask(self, remaps: &[OsString], spoken: &[(String, PathBuf)]) -> Vec<OsString> {
        let args = self.args(remaps);
        let asked = Asked {
            commit: self.commit,
            remaps: remaps.to_owned(),
            spoken: spoken.to_owned(),
        };
        let _ = fs::create_dir_all(&self.dir);
        let _ = serde_json::to_vec(&asked).map(|text| fs::write(&self.note, text));
        args
    }

    fn args(&self, remaps: &[OsString]) -> Vec<OsString> {
        let mut incremental = OsString::from("incremental=");
        incremental.push(&self.dir);
        let own = ["-C".into(), incremental];
        remaps.iter().cloned().chain(own).collect()
    }
}

/// Sources that a person changes, with no option that goes without: neither a dependency nor what builds run and macros are
/// made of, which change seldom and are of use to others.
fn is_editable(call: &Invocation) -> bool {
    let is_build_script = call.kind == Kind::Bin && call.crate_name.starts_with("build_script_");
    let mut words = call.plain_words.iter().zip(call.plain_words.iter().skip(1));
    let is_off = |value: Option<&str>| matches!(value, Some("off" | "no" | "n" | "false"));
    let goes_without = |option: &OsStr, value: &OsStr| {
        let value = value.to_string_lossy();
        let (name, setting) = value
            .split_once('=')
            .map_or((&*value, None), |(name, setting)| (name, Some(setting)));
        let name = name.replace('_', "-");
        option == "-C"
            && matches!(
                &*name,
                "lto" | "linker-plugin-lto" | "instrument-coverage" | "save-temps"
            )
            && !is_off(setting)
    };
    !call.has_cap_lints
        && call.kind != Kind::ProcMacro
        && !is_build_script
        && !words.any(|(option, value)| goes_without(option, value))
}

/// Whether this very unit was built here. Cargo removes a program and an `.rlib` before it builds them again.
fn was_built(call: &Invocation) -> bool {
    let stem = call.stem();
    let is_there = |name: String| call.out_dir.join(name).exists();
    is_there(format!("{stem}.d")) && (call.is_linked() || is_there(format!("lib{stem}.rmeta")))
}
