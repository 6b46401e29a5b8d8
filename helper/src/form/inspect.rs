//! What a compile will read, before it is looked up: rustc expands the crate and is watched at it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::input::{self, Input, State, named};
use super::place::{Places, absolute};
use crate::facts::environment::Environment;
use crate::invocation::Invocation;
use crate::observe::{self, Use};
use crate::why::{Rule, Why};

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inspection {
    /// The files that rustc reports, by name, relative where rustc wrote them so.
    pub(crate) files: Vec<OsString>,
    /// The variables that rustc reports: name and value, escaped as in dep-info, OUT_DIR as a constant.
    pub(crate) env: Vec<(OsString, Option<OsString>)>,
    /// All that was read, listed or looked for.
    pub(crate) inputs: Vec<Input>,
    /// The compiled crates that were loaded, by name.
    pub(crate) crates: Vec<OsString>,
    /// Whether it was observed, or only reported.
    pub(crate) observed: bool,
}

/// Which directories belong to compilers.
pub(crate) fn toolchains(rustc: &Path, env: &Environment) -> Vec<PathBuf> {
    let rustc = rustc.canonicalize().unwrap_or_else(|_| rustc.to_owned());
    let own = rustc.parent().and_then(Path::parent).map(Path::to_owned);
    let rustup = env
        .path("RUSTUP_HOME")
        .map(Path::to_owned)
        .or_else(|| Some(env.path("HOME")?.join(".rustup")));
    let both = own.into_iter().chain(rustup.map(|dir| dir.join("toolchains")));
    both.filter(|dir| dir.parent().is_some()).collect()
}

/// Expands the crate and notes what that read.
pub(crate) fn inspect(
    call: &Invocation,
    env: &Environment,
    places: &Places,
    rustc: &Path,
    strace: Option<&Path>,
) -> Result<Inspection, Why> {
    let temp = tempfile::Builder::new().prefix("sccache-shell").tempdir()?;
    let (log, dep_info) = (temp.path().join("log"), temp.path().join("deps.d"));
    let mut command = match strace {
        Some(strace) => observe::command(strace, &log, &call.program),
        None => Command::new(&call.program),
    };
    let status = command
        .args(dep_info_args(call))
        .arg("-o")
        .arg(&dep_info)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !observe::ended_well(status) {
        return Err(if strace.is_some() && observe::read(&log).is_err() {
            Rule::Untraced.because("strace may not trace here")
        } else {
            Rule::DoesNotCompile.because("does not compile")
        });
    }
    let text = std::fs::read(&dep_info)?;
    let mut inspection = reported(&text, places, env.cwd());
    let mut inputs = Vec::new();
    for file in &inspection.files {
        let path = absolute(Path::new(&places.path(file).unwrap_or_default()), env.cwd());
        inputs.push(named(places, &path, State::read(&path)?));
    }
    if strace.is_some() {
        inspection.observed = true;
        let seen = observe::read(&log)?;
        if let Some(program) = seen.children_ran.first() {
            return Err(Rule::Runs.because(format!("a macro runs {}", program.display())));
        }
        if seen.connected {
            return Err(Rule::Connects.because("a macro opens a connection"));
        }
        let mut toolchains = toolchains(rustc, env);
        toolchains.extend(seen.toolchains());
        let eye = Eye {
            call,
            places,
            env,
            toolchains,
            temp: temp.path(),
        };
        for (how, path) in &seen.uses {
            eye.note(*how, path, &mut inputs, &mut inspection.crates)?;
        }
        inspection.crates.sort();
        inspection.crates.dedup();
    }
    inspection.inputs = input::tidy(inputs);
    Ok(inspection)
}

/// The arguments with another `--emit` and no directory for outputs.
fn dep_info_args(call: &Invocation) -> Vec<OsString> {
    let mut args = Vec::with_capacity(call.args.len() + 2);
    let mut words = call.args.iter();
    while let Some(word) = words.next() {
        if word == "--emit" || word == "--out-dir" {
            words.next();
        } else if !word.as_bytes().starts_with(b"--emit=") && !word.as_bytes().starts_with(b"--out-dir=") {
            args.push(word.clone());
        }
    }
    args.extend(["--emit".into(), "dep-info".into()]);
    args
}

struct Eye<'a> {
    call: &'a Invocation,
    places: &'a Places,
    env: &'a Environment,
    toolchains: Vec<PathBuf>,
    temp: &'a Path,
}

impl Eye<'_> {
    fn note(&self, how: Use, path: &Path, inputs: &mut Vec<Input>, crates: &mut Vec<OsString>) -> Result<(), Why> {
        let path = absolute(path, self.env.cwd());
        let is_dir_of_crates = |dir: &Path| self.call.search.iter().any(|(_, known)| dir == known);
        let is_constant =
            self.toolchains.iter().any(|dir| path.starts_with(dir)) || self.places.is_constant(&path, self.temp);
        if how == Use::Run || path == Path::new("/") || path.starts_with(self.temp) {
            return Ok(());
        }
        if how == Use::Write {
            if path.starts_with("/dev") || path.starts_with("/proc") {
                return Ok(());
            }
            return Err(Rule::Writes.because(format!("a macro writes {}", path.display())));
        }
        if is_constant || is_dir_of_crates(&path) {
            return Ok(());
        }
        let is_crate = matches!(
            path.extension().and_then(OsStr::to_str),
            Some("rmeta" | "rlib" | "so" | "dylib")
        );
        if is_crate && (path.parent().is_some_and(is_dir_of_crates) || self.call.externs.contains(&path)) {
            if matches!(how, Use::Read) {
                crates.push(self.places.name(&path));
            }
            return Ok(());
        }
        let state = match how {
            Use::Read | Use::List => State::read(&path),
            _ => Ok(State::exists(&path)),
        };
        let state = state.map_err(|error| Rule::Unreadable.because(format!("{} is read: {error}", path.display())))?;
        inputs.push(named(self.places, &path, state));
        Ok(())
    }
}

/// What rustc's dep-info says.
fn reported(text: &[u8], places: &Places, cwd: &Path) -> Inspection {
    let mut inspection = Inspection::default();
    let first = text.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let files = memchr::memmem::find(first, b": ").map_or(&b""[..], |at| &first[at + 2..]);
    for file in words(files) {
        let path = Path::new(&file);
        inspection.files.push(if path.is_absolute() {
            places.name(&absolute(path, cwd))
        } else {
            file
        });
    }
    for line in text.split(|&byte| byte == b'\n') {
        if let Some(rest) = line.strip_prefix(b"# env-dep:") {
            let mut parts = rest.splitn(2, |&byte| byte == b'=').map(OsStr::from_bytes);
            let name = parts.next().unwrap_or_default().to_owned();
            inspection
                .env
                .push((name, parts.next().map(|value| places.value(value))));
        }
    }
    inspection
}

/// Separated by spaces that are not escaped.
fn words(line: &[u8]) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    let mut rest = line.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' if rest.next_if_eq(&b' ').is_some() => word.push(b' '),
            b' ' => words.push(std::mem::take(&mut word)),
            _ => word.push(byte),
        }
    }
    words.push(word);
    let full = words.iter().filter(|word| !word.is_empty());
    full.map(|word| OsStr::from_bytes(word).to_owned()).collect()
}

impl Inspection {
    /// Whether all is now as it was; `value` gives a variable's present value.
    pub(crate) fn holds(&self, places: &Places, env: &Environment) -> bool {
        let same_variables = self.env.iter().all(|(name, value)| {
            let now = env.get(&name.to_string_lossy()).map(|now| places.value(&escaped(now)));
            now == *value
        });
        same_variables && self.inputs.iter().all(|input| input.holds(places))
    }

    /// Whether all that was read is there by the same name in every worktree.
    pub(crate) fn is_portable(&self, places: &Places) -> bool {
        self.inputs
            .iter()
            .all(|input| Places::is_shared(&input.name) || places.is_source(Path::new(&input.name)))
    }

    /// Whether a variable that the crate reads names this worktree.
    pub(crate) fn names_the_place(&self, places: &Places) -> bool {
        self.env
            .iter()
            .any(|(_, value)| value.as_ref().is_some_and(|value| places.is_named_in(value)))
    }

    /// Cargo's `.d` file, as rustc would have written it here.
    pub(crate) fn dep_info(&self, target: &Path, places: &Places) -> Vec<u8> {
        let paths: Vec<Vec<u8>> = self
            .files
            .iter()
            .map(|name| spaces_escaped(&places.path(name).unwrap_or_default()))
            .collect();
        let mut text = [target.as_os_str().as_bytes(), b": ", &paths.join(&b' '), b"\n\n"].concat();
        for path in &paths {
            text.extend([path.as_slice(), b":\n"].concat());
        }
        if !self.env.is_empty() {
            text.push(b'\n');
        }
        for (name, value) in &self.env {
            text.extend([b"# env-dep:", name.as_bytes()].concat());
            if let Some(value) = value {
                text.push(b'=');
                let real = value.as_bytes().strip_prefix(b"<out>").zip(places.out.as_ref());
                match real {
                    Some((rest, out)) => text.extend([out.as_os_str().as_bytes(), rest].concat()),
                    None => text.extend(value.as_bytes()),
                }
            }
            text.push(b'\n');
        }
        text
    }
}

/// As rustc writes a path into dep-info (`escape_dep_filename`).
pub(crate) fn spaces_escaped(path: &Path) -> Vec<u8> {
    let mut text = Vec::with_capacity(path.as_os_str().len());
    for &byte in path.as_os_str().as_bytes() {
        if byte == b' ' {
            text.push(b'\\');
        }
        text.push(byte);
    }
    text
}

/// As rustc writes a value into dep-info (`escape_dep_env`).
fn escaped(value: &OsStr) -> OsString {
    let mut text = Vec::with_capacity(value.len());
    for &byte in value.as_bytes() {
        match byte {
            b'\\' => text.extend(b"\\\\"),
            b'\n' => text.extend(b"\\n"),
            b'\r' => text.extend(b"\\r"),
            _ => text.push(byte),
        }
    }
    OsStr::from_bytes(&text).to_owned()
}
