//! The trace, on request: one line per compile with what the wrapper did, and why.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use rustix::fs::OFlags;
use serde::Serialize;

use super::call::Call;
use super::{Form, Handling};
use crate::environment::{Environment, names};
use crate::why::Why;

/// A line of the trace, written as JSON so that any byte in a path can be shown.
#[derive(Serialize)]
struct Line<'a> {
    /// Milliseconds since 1970.
    time_ms: u128,
    pid: u32,
    /// `rustc`, or the compiler as it was named.
    call: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    crate_name: Option<String>,
    /// Variables that sccache does not get.
    removed: Vec<String>,
    /// Variables that only sccache gets, or with a different value.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    set: BTreeMap<String, String>,
    /// Variables of nixpkgs' compiler wrappers that are hashed in `set`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    hashed: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tmpdir: Option<Tmpdir>,
    /// `normal`, `plain`, `uncached` or `edit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    form: Option<&'static str>,
    /// In normal form: `hit`, `miss`, `not stored` or `failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'static str>,
    /// Why the key names the worktree.
    #[serde(skip_serializing_if = "Option::is_none")]
    private: Option<String>,
    /// The rule by which it is plain, uncached, private or not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    /// Why it is plain, uncached or not stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    /// The real sccache; absent if there is none, so that the compiler is started.
    #[serde(skip_serializing_if = "Option::is_none")]
    sccache: Option<std::borrow::Cow<'a, str>>,
}

#[derive(Serialize)]
struct Tmpdir {
    from: String,
    to: String,
    why: String,
}

/// Appends a line to the file that SCCACHE_SHELL_TRACE names, if it does. A trace that cannot be written
/// must not stop a compile, so errors are dropped.
pub(super) fn append(env: &Environment, call: &Call<'_>, handling: &Handling, real: Option<&Path>) {
    let Some(file) = env.path(names::TRACE) else {
        return;
    };
    let Ok(text) = serde_json::to_string(&line(call, handling, real)) else {
        return;
    };
    let mut text = crate::escape::json(&text).into_owned();
    text.push('\n');
    // One write to a file opened for appending, so that lines of parallel compiles do not mix. A pipe without a reader
    // must not block a compile.
    let _ = OpenOptions::new()
        .append(true)
        .create(true)
        .custom_flags(OFlags::NONBLOCK.bits().cast_signed())
        .open(file)
        .and_then(|mut file| file.write_all(text.as_bytes()));
}

fn line<'a>(call: &Call<'_>, handling: &Handling, real: Option<&'a Path>) -> Line<'a> {
    let (call, crate_name) = match call {
        Call::Rustc { crate_name } => ("rustc".to_owned(), crate_name.map(lossy)),
        Call::Compiler { program } => (lossy(program), None),
        Call::Sccache => (String::new(), None),
    };
    let (form, outcome) = form_and_outcome(&handling.form);
    let (private, why) = whys(&handling.form);
    let rule = why.or(private).map(|why| why.rule.id());
    Line {
        time_ms: SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |time| time.as_millis()),
        pid: std::process::id(),
        call,
        crate_name,
        removed: handling.removed.iter().map(|name| lossy(name)).collect(),
        set: handling
            .set
            .iter()
            .map(|(name, value)| (lossy(name), lossy(value)))
            .collect(),
        hashed: handling.hashed.iter().map(|name| lossy(name)).collect(),
        tmpdir: handling.tmpdir.as_ref().map(|tmpdir| Tmpdir {
            from: tmpdir.from.to_string_lossy().into_owned(),
            to: tmpdir.to.to_string_lossy().into_owned(),
            why: tmpdir.why.to_string(),
        }),
        form,
        outcome,
        rule,
        private: private.map(Why::to_string),
        why: why.map(Why::to_string),
        sccache: real.map(Path::to_string_lossy),
    }
}

/// The form, and its outcome.
fn form_and_outcome(form: &Form) -> (Option<&'static str>, Option<&'static str>) {
    match form {
        Form::None => (None, None),
        Form::Other(why) => (Some(why.rule.treatment().name()), None),
        Form::Normal { outcome, .. } => (Some("normal"), Some(outcome.name())),
    }
}

/// Why the key names the worktree, and why it is plain, uncached or not stored.
fn whys(form: &Form) -> (Option<&Why>, Option<&Why>) {
    match form {
        Form::None => (None, None),
        Form::Other(why) => (None, Some(why)),
        Form::Normal { outcome, private } => (private.as_ref(), outcome.why()),
    }
}

fn lossy(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}
