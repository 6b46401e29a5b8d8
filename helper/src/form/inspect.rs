//! What a compile will read, found out before the lookup: rustc expands the crate and is observed.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::compiler;
use super::contents::{self, Contents};
use super::input::{self, Input, State};
use super::os_text;
use super::paths::{absolute, is_below, keeps_nothing, resolved};
use super::place::Places;
use super::unit::Unit;
use crate::cargo::dep_info::{DepInfo, escaped};
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::observe::{self, Seen, Use};
use crate::why::{Rule, Why};

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inspection {
    /// The files that rustc reports, by name; relative if rustc reports them so.
    #[serde(with = "os_text::list")]
    pub(crate) files: Vec<OsString>,
    /// The variables that rustc reports: name and value, escaped as in dep-info, OUT_DIR as a constant.
    pub(crate) env: Vec<(OsString, Option<OsString>)>,
    /// Everything that was read, listed or looked up.
    pub(crate) inputs: Vec<Input>,
    /// The compiled crates that were loaded, by name.
    #[serde(with = "os_text::list")]
    pub(crate) crates: Vec<OsString>,
    /// Whether rustc was observed; else this is only what it reports.
    pub(crate) observed: bool,
    /// Whether a source uses OUT_DIR's path itself, not only a file in it.
    pub(crate) takes_out_dir: bool,
    /// Why no key can contain what was done.
    pub(crate) refused: Option<Why>,
}

/// Expands the crate and notes what that read.
pub(super) fn inspect(unit: &Unit<'_>) -> Result<Inspection, Why> {
    let start = contents::now();
    let expansion = expand(unit)?;
    let mut inspection = Inspection::reported(&expansion.dep_info, unit);
    let mut inputs = inspection.sources(unit)?;
    if let Some(seen) = &expansion.seen {
        inspection.observed = true;
        inspection.refused = refused(seen);
        let mut toolchains = compiler::toolchains(&unit.rustc.path, unit.context.env);
        toolchains.extend(seen.toolchains());
        let mut recorder = Recorder {
            unit,
            toolchains,
            writable: &expansion.writable,
            inputs,
            crates: Vec::new(),
        };
        for (how, path) in &seen.uses {
            if let Err(why) = recorder.note(*how, path) {
                inspection.refused.get_or_insert(why);
            }
        }
        inputs = recorder.inputs;
        inspection.crates = recorder.crates;
        inspection.crates.sort();
        inspection.crates.dedup();
    }
    inspection.inputs = input::tidy(inputs);
    // The old content may have been read, and the new one hashed.
    let read = inspection
        .inputs
        .iter()
        .filter(|input| input.state != State::directory());
    let mut read = read.filter_map(|input| unit.places.path(&input.name));
    match read.find(|path| contents::has_changed_since(path, start)) {
        Some(path) => Err(Rule::Edited.because(format!("{} changed while it was read", path.display()))),
        None => Ok(inspection),
    }
}

/// What rustc did when it expanded the crate.
struct Expansion {
    dep_info: Vec<u8>,
    /// `None` where processes are not observed.
    seen: Option<Seen>,
    /// Where it could write.
    writable: Vec<PathBuf>,
}

fn expand(unit: &Unit<'_>) -> Result<Expansion, Why> {
    let context = unit.context;
    let temp = tempfile::Builder::new().prefix("sccache-shell").tempdir()?;
    let dep_info = temp.path().join("deps.d");
    let mut command = Command::new(&unit.call.program);
    command
        .args(dep_info_args(unit.call))
        .args(&unit.remaps)
        .arg("-o")
        .arg(&dep_info)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // What a macro writes is written once, by the compile itself.
    let writable: Vec<PathBuf> = jobserver(context.env)
        .into_iter()
        .chain([temp.path().to_owned()])
        .collect();
    let (status, seen) = observe::status(&mut command, &writable)?;
    let seen = seen.filter(|_| context.is_watched);
    if context.is_watched && seen.is_none() {
        return Err(Rule::Untraced.because("nothing may watch it here"));
    }
    if !status.success() {
        return Err(Rule::DoesNotCompile.because("does not compile"));
    }
    Ok(Expansion {
        dep_info: std::fs::read(&dep_info)?,
        seen,
        writable,
    })
}

/// Whether a source uses `"OUT_DIR"` other than to include a file from it. Then the optimiser or a constant may take
/// the path apart, so that a search of the artifact does not find it.
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

/// Why no key can contain what was done.
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

/// The named pipe of the `make` that started cargo.
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

/// The arguments with `--emit dep-info` and without `--out-dir`.
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

/// Makes inputs of what was observed.
struct Recorder<'a> {
    unit: &'a Unit<'a>,
    toolchains: Vec<PathBuf>,
    writable: &'a [PathBuf],
    inputs: Vec<Input>,
    crates: Vec<OsString>,
}

impl Recorder<'_> {
    fn note(&mut self, how: Use, path: &Path) -> Result<(), Why> {
        let path = absolute(path, self.unit.context.env.cwd());
        let is_in_store = path.starts_with("/nix/store");
        // A script in the compiler's place runs a program that the script's own identity does not include.
        if how == Use::Run && !is_in_store {
            self.add(&path, State::stamp(&path));
        }
        if how == Use::Run || is_below(&path, self.writable) {
            return Ok(());
        }
        let is_constant = self.unit.places.is_constant(&path, &self.toolchains);
        if how == Use::Absent && self.is_of_the_loader(&path) {
            return Ok(());
        }
        if how == Use::Write {
            let is_harmless = is_constant && keeps_nothing(&path);
            let refused = || Rule::Writes.because(format!("a macro writes {}", path.display()));
            return if is_harmless { Ok(()) } else { Err(refused()) };
        }
        // The standard library may have been rebuilt by the same rustc.
        if how == Use::Read && is_constant && !is_in_store && path.iter().any(|part| part == "rustlib") {
            self.add(&path, State::stamp(&path));
        }
        // A build script may have written there.
        let is_read_source = matches!(how, Use::Read | Use::List) && self.unit.places.is_source(&resolved(&path));
        if is_constant && !is_read_source || self.is_dir_of_crates(&path) {
            Ok(())
        } else if self.is_crate(&path) {
            self.note_crate(how, &path)
        } else {
            self.note_state(how, &path)
        }
    }

    fn add(&mut self, path: &Path, state: State) {
        self.inputs.push(Input::new(&self.unit.places, path, state));
    }

    /// Whether the loader looks there for the compiler's own libraries: cargo puts directories of the build into its
    /// search path, in the new layout those of different packages in each build.
    fn is_of_the_loader(&self, path: &Path) -> bool {
        const FOR_PROCESSORS: [&str; 4] = ["glibc-hwcaps", "tls", "x86_64", "aarch64"];
        let name = path.file_name().unwrap_or_default().as_bytes();
        let is_library = memchr::memmem::find(name, b".so").is_some();
        let search = self.unit.context.env.get("LD_LIBRARY_PATH").unwrap_or_default();
        let is_below = |dir: PathBuf| {
            let rest = path.strip_prefix(dir).ok()?;
            let first = rest.iter().next()?;
            Some(is_library || FOR_PROCESSORS.iter().any(|name| first == *name))
        };
        let mut dirs = std::env::split_paths(search).filter(|dir| dir.is_absolute());
        dirs.any(|dir| is_below(dir).unwrap_or(false))
    }

    fn is_dir_of_crates(&self, dir: &Path) -> bool {
        let is_out = self.unit.places.out.as_deref() == Some(dir);
        !is_out && self.unit.crate_dirs().any(|known| known == dir)
    }

    fn is_crate(&self, path: &Path) -> bool {
        let ending = path.extension().and_then(OsStr::to_str);
        let is_compiled = matches!(ending, Some("rmeta" | "rlib" | "so" | "dylib"));
        let is_extern = || self.unit.call.externs.iter().any(|known| known == path);
        is_compiled && (path.parent().is_some_and(|dir| self.is_dir_of_crates(dir)) || is_extern())
    }

    fn note_crate(&mut self, how: Use, path: &Path) -> Result<(), Why> {
        if how != Use::Read {
            return Ok(());
        }
        self.crates.push(self.unit.places.name(path));
        // A macro that a dependency exports is not among the externs, whose contents are in the key.
        let is_macro = path
            .extension()
            .is_some_and(|end| end == std::env::consts::DLL_EXTENSION);
        if is_macro {
            self.add(path, State::read(path, self.unit.context.contents)?);
        }
        Ok(())
    }

    fn note_state(&mut self, how: Use, path: &Path) -> Result<(), Why> {
        let state = match how {
            Use::Read | Use::List => State::read(path, self.unit.context.contents),
            _ => Ok(State::entry(path)),
        };
        let unreadable = |error| Rule::Unreadable.because(format!("{} is read: {error}", path.display()));
        let state = state.map_err(unreadable)?;
        // What lies above the workspace, a toolchain or our own temporary files is a directory everywhere, by any name.
        let is_above = || {
            let own = self.toolchains.iter().chain(self.writable);
            self.unit.places.is_above(path) || own.into_iter().any(|dir| dir.starts_with(path))
        };
        if state != State::directory() || !is_above() {
            self.add(path, state);
        }
        Ok(())
    }
}

impl Inspection {
    /// What rustc's dep-info says.
    fn reported(dep_info: &[u8], unit: &Unit<'_>) -> Self {
        let places = &unit.places;
        let name = |file: OsString| match Path::new(&file) {
            // With every dot: rustc's dep-info of the compile must be the same.
            path if path.is_absolute() => places.name(path),
            _ => file,
        };
        let value = |value: OsString| places.value(&value);
        let reported = DepInfo::parse(dep_info);
        let env = reported.env.into_iter();
        Self {
            files: reported.files.into_iter().map(name).collect(),
            env: env.map(|(name, set)| (name, set.map(value))).collect(),
            ..Self::default()
        }
    }

    /// The inputs of the files that rustc reports.
    fn sources(&mut self, unit: &Unit<'_>) -> Result<Vec<Input>, Why> {
        let (places, context) = (&unit.places, unit.context);
        let reads_out_dir = self.reads_out_dir();
        let mut inputs = Vec::new();
        for file in &self.files {
            let path = absolute(&places.path(file).unwrap_or_default(), context.env.cwd());
            self.takes_out_dir |= reads_out_dir && std::fs::read(&path).is_ok_and(|text| takes_out_dir(&text));
            inputs.push(Input::new(places, &path, State::read(&path, context.contents)?));
        }
        Ok(inputs)
    }

    /// Whether rustc reports OUT_DIR.
    pub(super) fn reads_out_dir(&self) -> bool {
        self.env.iter().any(|(name, _)| name == "OUT_DIR")
    }

    /// Whether nothing of it has changed.
    pub(super) fn holds(&self, places: &Places, env: &Environment, contents: &Contents<'_>) -> bool {
        let same_variables = self.env.iter().all(|(name, value)| {
            let now = env.get(&name.to_string_lossy()).map(|now| places.value(&escaped(now)));
            now == *value
        });
        same_variables && self.inputs.iter().all(|input| input.holds(places, contents))
    }

    /// Whether everything that was read has the same name in every worktree.
    pub(super) fn is_portable(&self, places: &Places) -> bool {
        self.inputs.iter().all(|input| {
            let is_stamp = matches!(input.state, State::Stamp(_));
            is_stamp || Places::is_shared(&input.name) || places.is_source(Path::new(&input.name))
        })
    }

    /// Whether the crate uses a path of this worktree.
    pub(super) fn names_the_place(&self, places: &Places) -> bool {
        self.takes_out_dir
            || self
                .env
                .iter()
                .any(|(_, value)| value.as_ref().is_some_and(|value| places.is_named_in(value)))
    }

    /// Cargo's `.d` file, as rustc would write it here.
    pub(super) fn dep_info(&self, target: &Path, places: &Places) -> Vec<u8> {
        let path = |name: &OsString| places.path(name).unwrap_or_default().into_os_string();
        let value = |value: &OsString| places.real_value(value);
        let env = self.env.iter();
        let info = DepInfo {
            files: self.files.iter().map(path).collect(),
            env: env.map(|(name, set)| (name.clone(), set.as_ref().map(value))).collect(),
        };
        info.text(target)
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
