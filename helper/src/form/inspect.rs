//! What a compile will read, before it is looked up: rustc expands the crate and is watched at it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::Ground;
use super::contents::Contents;
use super::input::{self, Input, State, named};
use super::place::{OUT, Places, absolute, keeps_nothing};
use crate::cargo::dep_info::{escaped, spaces_escaped, words};
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::observe::{self, Seen, Use};
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
    /// Whether a source takes OUT_DIR's path itself, not only a file of it.
    pub(crate) takes_out_dir: bool,
    /// Why no key can hold what was done.
    pub(crate) refused: Option<Why>,
}

/// Which directories belong to compilers alone.
pub(crate) fn toolchains(rustc: &Path, env: &Environment) -> Vec<PathBuf> {
    let rustc = rustc.canonicalize().unwrap_or_else(|_| rustc.to_owned());
    let own = rustc.parent().and_then(Path::parent).map(|dir| dir.join("lib/rustlib"));
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
    ground: &Ground<'_>,
    places: &Places,
    rustc: &Path,
    remaps: &[OsString],
) -> Result<Inspection, Why> {
    let Ground {
        env,
        contents,
        is_watched,
        ..
    } = *ground;
    let start = now();
    let temp = tempfile::Builder::new().prefix("sccache-shell").tempdir()?;
    let dep_info = temp.path().join("deps.d");
    let mut command = Command::new(&call.program);
    command
        .args(dep_info_args(call))
        .args(remaps)
        .arg("-o")
        .arg(&dep_info)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let jobserver = jobserver(env);
    let writable: Vec<&Path> = jobserver.iter().map(PathBuf::as_path).chain([temp.path()]).collect();
    // What a macro writes is written once, by the compile itself.
    let (status, seen) = observe::status(&mut command, &writable)?;
    let seen = seen.filter(|_| is_watched);
    if is_watched && seen.is_none() {
        return Err(Rule::Untraced.because("nothing may watch it here"));
    }
    if !status.success() {
        return Err(Rule::DoesNotCompile.because("does not compile"));
    }
    let text = std::fs::read(&dep_info)?;
    let mut inspection = reported(&text, places, env.cwd());
    let mut inputs = Vec::new();
    let reads_out_dir = inspection.env.iter().any(|(name, _)| name == "OUT_DIR");
    for file in &inspection.files {
        let path = absolute(Path::new(&places.path(file).unwrap_or_default()), env.cwd());
        inspection.takes_out_dir |= reads_out_dir && std::fs::read(&path).is_ok_and(|text| takes_out_dir(&text));
        inputs.push(named(places, &path, State::read(&path, contents)?));
    }
    if let Some(seen) = seen {
        inspection.observed = true;
        inspection.refused = refused(&seen);
        let mut toolchains = toolchains(rustc, env);
        toolchains.extend(seen.toolchains());
        let eye = Eye {
            call,
            places,
            env,
            contents,
            toolchains,
            writable: &writable,
        };
        for (how, path) in &seen.uses {
            if let Err(why) = eye.note(*how, path, &mut inputs, &mut inspection.crates) {
                inspection.refused.get_or_insert(why);
            }
        }
        inspection.crates.sort();
        inspection.crates.dedup();
    }
    inspection.inputs = input::tidy(inputs);
    // What was read may be the old content, and what is noted here the new one.
    let read = inspection
        .inputs
        .iter()
        .filter(|input| input.state != State::directory());
    let mut read = read.filter_map(|input| places.path(&input.name));
    if let Some(path) = read.find(|path| input::has_changed_since(path, start)) {
        return Err(Rule::Edited.because(format!("{} changed while it was read", path.display())));
    }
    Ok(inspection)
}

/// Whether `"OUT_DIR"` stands in a source anywhere but at the beginning of what is included. Then an optimiser or a constant
/// may take the path apart, so that no search of the artifact finds it.
fn takes_out_dir(source: &[u8]) -> bool {
    const INCLUDED: [&[u8]; 3] = [
        b"include!(concat!(env!(",
        b"include_str!(concat!(env!(",
        b"include_bytes!(concat!(env!(",
    ];
    memchr::memmem::find_iter(source, b"\"OUT_DIR\"").any(|at| {
        let mut before = source[at.saturating_sub(200)..at].to_vec();
        before.retain(|byte| !byte.is_ascii_whitespace());
        !INCLUDED.iter().any(|begin| before.ends_with(begin))
    })
}

/// What was done that no key can hold.
fn refused(seen: &Seen) -> Option<Why> {
    let program = seen
        .children_ran
        .first()
        .map(|path| Rule::Runs.because(format!("a macro runs {}", path.display())));
    let connection = || {
        seen.connected
            .then(|| Rule::Connects.because("a macro opens a connection"))
    };
    let indirect = || {
        let path = seen.indirect.as_ref()?;
        Some(Rule::Unreadable.because(format!("{} is read", path.display())))
    };
    program.or_else(connection).or_else(indirect)
}

/// The named pipe of a `make` that cargo was started by.
fn jobserver(env: &Environment) -> Option<PathBuf> {
    let flags = ["CARGO_MAKEFLAGS", "MAKEFLAGS"]
        .into_iter()
        .filter_map(|name| env.text(name));
    let fifo = |flags: &str| {
        let mut words = flags.split_whitespace();
        words.find_map(|word| Some(PathBuf::from(word.strip_prefix("--jobserver-auth=fifo:")?)))
    };
    flags.into_iter().find_map(|flags| fifo(flags.as_ref()))
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

/// The time that no file that is there already has surpassed.
fn now() -> (i64, i64) {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Realtime);
    (now.tv_sec, now.tv_nsec)
}

struct Eye<'a> {
    call: &'a Invocation,
    places: &'a Places,
    env: &'a Environment,
    contents: &'a Contents<'a>,
    toolchains: Vec<PathBuf>,
    writable: &'a [&'a Path],
}

impl Eye<'_> {
    fn note(&self, how: Use, path: &Path, inputs: &mut Vec<Input>, crates: &mut Vec<OsString>) -> Result<(), Why> {
        let path = absolute(path, self.env.cwd());
        let is_out = |dir: &Path| self.places.out.as_deref() == Some(dir);
        let is_dir_of_crates = |dir: &Path| {
            let mut dirs = self
                .call
                .search
                .iter()
                .filter(|(kind, _)| kind == "dependency" || kind == "crate");
            !is_out(dir) && dirs.any(|(_, known)| dir == known)
        };
        // A script in the compiler's place becomes another program, which its own identity says nothing of.
        if how == Use::Run && !path.starts_with("/nix/store") {
            inputs.push(named(self.places, &path, State::stamp(&path)));
        }
        if how == Use::Run || self.writable.iter().any(|dir| path.starts_with(dir)) {
            return Ok(());
        }
        let is_constant = self.places.is_constant(&path, &self.toolchains);
        if how == Use::Write {
            return if is_constant && keeps_nothing(&path) {
                Ok(())
            } else {
                Err(Rule::Writes.because(format!("a macro writes {}", path.display())))
            };
        }
        // A standard library that was built anew, by the same rustc.
        if how == Use::Read
            && is_constant
            && !path.starts_with("/nix/store")
            && path.iter().any(|part| part == "rustlib")
        {
            inputs.push(named(self.places, &path, State::stamp(&path)));
        }
        if is_constant || is_dir_of_crates(&path) {
            return Ok(());
        }
        let is_crate = matches!(
            path.extension().and_then(OsStr::to_str),
            Some("rmeta" | "rlib" | "so" | "dylib")
        );
        if is_crate && (path.parent().is_some_and(is_dir_of_crates) || self.call.externs.contains(&path)) {
            if how == Use::Read {
                crates.push(self.places.name(&path));
            }
            // A macro that is reached through another crate is no --extern.
            if how == Use::Read
                && path
                    .extension()
                    .is_some_and(|end| end == std::env::consts::DLL_EXTENSION)
            {
                let state = State::read(&path, self.contents)?;
                inputs.push(named(self.places, &path, state));
            }
            return Ok(());
        }
        let state = match how {
            Use::Read | Use::List => State::read(&path, self.contents),
            _ => Ok(State::entry(&path)),
        };
        // Above the workspace, a toolchain and what the inspection itself writes there is a directory in each place, by
        // whatever name.
        let is_above = self.places.is_above(&path)
            || self.toolchains.iter().any(|dir| dir.starts_with(&path))
            || self.writable.iter().any(|own| own.starts_with(&path));
        if is_above && state.as_ref().is_ok_and(|state| *state == State::directory()) {
            return Ok(());
        }
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

impl Inspection {
    /// Whether all is now as it was; `value` gives a variable's present value.
    pub(crate) fn holds(&self, places: &Places, env: &Environment, contents: &Contents<'_>) -> bool {
        let same_variables = self.env.iter().all(|(name, value)| {
            let now = env.get(&name.to_string_lossy()).map(|now| places.value(&escaped(now)));
            now == *value
        });
        same_variables && self.inputs.iter().all(|input| input.holds(places, contents))
    }

    /// Whether all that was read is there by the same name in every worktree.
    pub(crate) fn is_portable(&self, places: &Places) -> bool {
        self.inputs.iter().all(|input| {
            let is_stamp = matches!(input.state, State::Stamp(_));
            is_stamp || Places::is_shared(&input.name) || places.is_source(Path::new(&input.name))
        })
    }

    /// Whether the crate takes a path that is this worktree's alone.
    pub(crate) fn names_the_place(&self, places: &Places) -> bool {
        self.takes_out_dir
            || self
                .env
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
                let real = value.as_bytes().strip_prefix(OUT.as_bytes()).zip(places.out.as_ref());
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_or_a_file_is_included() {
        for source in [
            r#"include!(concat!(env!("OUT_DIR"), "/a.rs"));"#,
            "static A: &str = include_str! (concat!(\n    env!(\"OUT_DIR\"), \"/a\"));",
            "// OUT_DIR has it",
        ] {
            assert!(!takes_out_dir(source.as_bytes()), "{source}");
        }
        for source in [
            r#"const DIR: &str = env!("OUT_DIR");"#,
            r#"include!(concat!(env!("OUT_DIR"), "/a.rs")); const D: &str = concat!(env!("OUT_DIR"), "/b");"#,
        ] {
            assert!(takes_out_dir(source.as_bytes()), "{source}");
        }
    }
}
