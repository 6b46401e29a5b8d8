//! Whether sccache may store what a compile made: not if it read or did something that its key does not contain.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::bitcode;
use crate::cargo::dep_info::DepInfo;
use crate::form::contents::{Contents, has_changed_since, is_compiled};
use crate::form::input::State;
use crate::form::paths::{SYSTEM, absolute, is_below, is_library, is_of_rustc, keeps_nothing, resolved};
use crate::form::plan::{Plan, Verdict};
use crate::observe::{Seen, Use};
use crate::why::{Rule, Why};

/// What every process opens, beside devices.
const ALWAYS: &[&str] = &["/sys", "/nix/store", "/etc", "/run/current-system"];

/// Directories of the system's programs.
const PROGRAMS: &[&str] = &["/usr/bin", "/usr/libexec", "/usr/lib", "/bin"];

/// The verdict on a compile that succeeded; `seen` is what was observed of it.
pub(super) fn of(plan: &Plan, seen: Option<&Seen>, output: &Output) -> Verdict {
    if plan.is_edit {
        return Verdict::NotStored(Rule::Edit.because("it was built here before"));
    }
    let judge = || {
        let unforeseen = observed(plan, seen)?;
        if !unforeseen.is_empty() {
            return Ok(Verdict::Read(unforeseen));
        }
        dep_info_is_as_expected(plan)?;
        inputs_are_unchanged(plan)?;
        outputs_name_no_place(plan, output)?;
        Ok(Verdict::Stored)
    };
    judge().unwrap_or_else(Verdict::NotStored)
}

/// The files that were read and are not in the key.
fn observed(plan: &Plan, seen: Option<&Seen>) -> Result<Vec<OsString>, Why> {
    if !plan.is_watched {
        return Ok(Vec::new());
    }
    let seen = seen.ok_or_else(|| Rule::Lost.because("nothing could watch it"))?;
    let observed = Observed::new(plan, seen);
    observed.check_actions()?;
    let files = observed.unforeseen_files().into_iter();
    Ok(files.map(PathBuf::into_os_string).collect())
}

fn dep_info_is_as_expected(plan: &Plan) -> Result<(), Why> {
    let path = Path::new(&plan.out_dir).join(format!("{}.d", plan.stem));
    let written = DepInfo::parse(&fs::read(path).unwrap_or_default());
    match written.difference(&DepInfo::parse(plan.dep_info.as_bytes())) {
        Some(it) => Err(Rule::Changed.because(format!("{it} was not read when it was inspected, or only then"))),
        None => Ok(()),
    }
}

fn inputs_are_unchanged(plan: &Plan) -> Result<(), Why> {
    let contents = Contents::new(None);
    for input in &plan.inputs {
        let path = Path::new(&input.path);
        let is_untouched = || input.stamp.as_ref().is_some_and(|stamp| stamp.is_of(path));
        // It may have been changed, read, and changed back, as by a rebase. A compiled crate gets a second name, which
        // changes its time.
        let was_touched = || input.state.is_of_content() && !is_compiled(path) && has_changed_since(path, plan.start);
        if !is_untouched() && (!input.state.is_now(path, &contents) || was_touched()) {
            return Err(Rule::Changed.because(format!("{} changed meanwhile", path.display())));
        }
    }
    Ok(())
}

/// Messages and artifacts must not contain paths of this worktree.
fn outputs_name_no_place(plan: &Plan, output: &Output) -> Result<(), Why> {
    let names_the_place = |bytes: &[u8]| {
        let holds = |needle: &OsString| memchr::memmem::find(bytes, needle.as_encoded_bytes()).is_some();
        plan.needles.iter().any(holds)
    };
    // Cargo does not use the path in the report of an artifact.
    let is_report = |line: &&[u8]| line.starts_with(br#"{"$message_type":"artifact""#);
    let texts = [&output.stdout, &output.stderr].into_iter();
    let mut messages = texts.flat_map(|text| text.split(|&byte| byte == b'\n'));
    if messages.any(|line| !is_report(&line) && names_the_place(line)) {
        return Err(Rule::NamesPlace.because("its messages name the place where it was made"));
    }
    for name in &plan.file_names {
        let artifact = fs::read(Path::new(&plan.out_dir).join(name));
        let artifact = artifact.map_err(|error| Rule::Lost.because(format!("{name}: {error}")))?;
        let texts: Vec<&[u8]> = plan.needles.iter().map(|needle| needle.as_encoded_bytes()).collect();
        if names_the_place(&artifact) || bitcode::has(&artifact, &texts) {
            return Err(Rule::NamesPlace.because("its artifact names the place where it was made"));
        }
    }
    Ok(())
}

/// What was seen of a compile, compared with its plan.
struct Observed<'a> {
    plan: &'a Plan,
    seen: &'a Seen,
    written: Vec<PathBuf>,
    toolchains: Vec<PathBuf>,
}

impl<'a> Observed<'a> {
    fn new(plan: &'a Plan, seen: &'a Seen) -> Self {
        let mut observed = Self {
            plan,
            seen,
            written: Vec::new(),
            toolchains: seen.toolchains().collect(),
        };
        observed.written = observed.of(&[Use::Write]).map(|(_, path)| path).collect();
        observed
    }

    /// The absolute paths that were used in one of these ways.
    fn of(&self, wanted: &[Use]) -> impl Iterator<Item = (Use, PathBuf)> {
        let uses = self.seen.of(wanted);
        uses.map(|(how, path)| (how, absolute(path, Path::new(&self.plan.cwd))))
    }

    /// An error if it did something that a hit would not repeat.
    fn check_actions(&self) -> Result<(), Why> {
        let action = if !self.plan.is_linked && !self.seen.children_ran.is_empty() {
            "a program was run".to_owned()
        } else if self.seen.connected {
            "a connection was opened".to_owned()
        } else if let Some(path) = self.written.iter().find(|path| !self.is_output(path)) {
            format!("{} was written", path.display())
        } else {
            return Ok(());
        };
        Err(Rule::RanUnforeseen.because(action))
    }

    /// The files that were read, run or passed over by a search, and are not in the key.
    fn unforeseen_files(&self) -> Vec<PathBuf> {
        let mut reads: Vec<(Use, PathBuf)> = self.of(&[Use::Read]).collect();
        if self.plan.is_linked {
            // The programs of the system that the linker runs are in the key.
            reads.extend(self.of(&[Use::Run]).filter(|(_, path)| !is_below(path, PROGRAMS)));
        }
        let unforeseen = reads.iter().filter(|(how, path)| self.is_unforeseen(*how, path));
        let mut unforeseen: Vec<PathBuf> = unforeseen.map(|(_, path)| path.clone()).collect();
        // If a library was looked for in other directories first, it may be created there.
        let is_searched = |path: &&PathBuf| is_library(path) && !self.is_fine(path) && !self.plan.is_foreseen(path);
        let searched = reads.iter().map(|(_, path)| path).filter(is_searched);
        let names: Vec<&OsStr> = searched.filter_map(|path| path.file_name()).collect();
        let passed_over = self.of(&[Use::Absent, Use::Exists]).map(|(_, path)| path);
        unforeseen.extend(passed_over.filter(|path| {
            path.file_name().is_some_and(|name| names.contains(&name))
                && !self.plan.is_foreseen(path)
                && self.is_unforeseen(Use::Absent, path)
        }));
        unforeseen.sort();
        unforeseen.dedup();
        unforeseen
    }

    fn is_unforeseen(&self, how: Use, path: &Path) -> bool {
        !self.is_input(how, path) && !self.is_fine(path) && !path.is_dir()
    }

    fn is_input(&self, how: Use, path: &Path) -> bool {
        let is_known = |state: &State| match how {
            Use::Read => matches!(state, State::File(_)),
            Use::Run => matches!(state, State::File(_) | State::Stamp(_)),
            _ => true,
        };
        let mut inputs = self.plan.inputs.iter();
        inputs.any(|input| path == Path::new(&input.path) && is_known(&input.state))
    }

    /// Whether the file may be read without being an input.
    fn is_fine(&self, path: &Path) -> bool {
        // A workspace may lie below any of the constant directories.
        !is_below(&resolved(path), &self.plan.mine) && self.is_constant(path)
            || self.plan.allowed.iter().any(|known| path == Path::new(known))
            || self.written.iter().any(|file| file == path)
            || self.is_crate(path)
            || self.is_own(path)
    }

    fn is_constant(&self, path: &Path) -> bool {
        let real = &resolved(path);
        keeps_nothing(real)
            || is_below(real, ALWAYS)
            || is_below(real, SYSTEM) && !is_linkable(path)
            || is_of_rustc(path)
            || is_below(real, &self.plan.constant)
            || is_below(real, &self.toolchains)
    }

    /// Whether it is a compiled crate; in a linked unit only metadata, because the key contains what is linked by
    /// content.
    fn is_crate(&self, path: &Path) -> bool {
        let ending = path.extension().and_then(OsStr::to_str);
        let is_read = match ending {
            Some("rmeta") => true,
            Some("rlib" | "so" | "dylib") => !self.plan.is_linked,
            _ => false,
        };
        let is_known = |dir: &Path| self.plan.crates.iter().any(|known| dir == Path::new(known));
        is_read && path.parent().is_some_and(is_known)
    }

    /// Whether rustc, the compiler driver or the linker makes it for itself.
    fn is_own(&self, path: &Path) -> bool {
        let stem = self.plan.stem.as_str();
        let library = format!("lib{stem}");
        let outputs = [stem, library.as_str(), "rmeta", "rustc", ".tmp"];
        begins_below(path, Path::new(&self.plan.out_dir), &outputs)
            // A workspace in the temporary directory may have such a name too.
            || !is_below(path, &self.plan.mine)
                && self.temp_dirs().any(|dir| begins_below(path, &dir, &["rustc", "cc", "sccache-shell"]))
    }

    /// Whether the compile may write it: an output, or a temporary file.
    fn is_output(&self, path: &Path) -> bool {
        let is_temporary = || is_below(path, self.temp_dirs()) && !is_below(path, &self.plan.mine);
        self.is_own(path) || is_temporary() || keeps_nothing(path)
    }

    /// The server's temporary directory, and the one that the compile was given.
    fn temp_dirs(&self) -> impl Iterator<Item = PathBuf> {
        let mut restored = self.plan.restore.iter().rev();
        let given = restored.find(|(name, _)| name == "TMPDIR");
        let given = given.map(|(_, dir)| PathBuf::from(dir));
        given.into_iter().chain([std::env::temp_dir()])
    }
}

/// Whether `path` lies in `dir`, in or as something whose name begins with one of `names`.
fn begins_below(path: &Path, dir: &Path, names: &[&str]) -> bool {
    let rest = path.strip_prefix(dir).ok().and_then(|rest| rest.iter().next());
    let begins = |name: &OsStr| {
        let name = name.as_encoded_bytes();
        names.iter().any(|begin| name.starts_with(begin.as_bytes()))
    };
    rest.is_some_and(begins)
}

/// Whether a linker may include it. Libraries that a program loads have a version after `.so`.
fn is_linkable(path: &Path) -> bool {
    let ending = path.extension().and_then(OsStr::to_str);
    matches!(ending, Some("a" | "o" | "so")) && !is_of_rustc(path)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::form::plan::PlannedInput;

    #[test]
    fn a_source_that_was_changed_and_changed_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lib.rs");
        // The clock of files is coarse.
        let write = |text: &str| {
            std::thread::sleep(Duration::from_millis(100));
            fs::write(&path, text).unwrap();
            std::thread::sleep(Duration::from_millis(100));
        };
        write("one");
        let contents = Contents::new(None);
        let state = State::read(&path, &contents).unwrap();
        let plans = [contents.stamp(&path), None].map(|stamp| Plan {
            inputs: vec![PlannedInput {
                path: path.clone().into(),
                state: state.clone(),
                stamp,
            }],
            start: contents.start,
            ..Plan::default()
        });
        assert!(plans.iter().all(|plan| inputs_are_unchanged(plan).is_ok()));
        write("two");
        write("one");
        assert!(plans.iter().all(|plan| inputs_are_unchanged(plan).is_err()));
    }
}
