//! The files that a process and its children open, look up and run, as the kernel reports them: the process's own
//! report proves nothing.

#[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64")))]
mod watch;
#[cfg(not(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "aarch64"))))]
#[path = "observe/unwatched.rs"]
mod watch;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

pub(crate) use self::watch::{Watch, is_possible, spawn};
pub use self::watch::{answer_all, is_answerer};
use crate::signals;

/// How a path was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Use {
    /// Opened to read.
    Read,
    /// A directory that was opened: its names were read.
    List,
    /// Looked up, and it exists; also if the target of a link was read.
    Exists,
    /// Opened, looked up or run, and it does not exist.
    Absent,
    /// Opened to write, created, renamed, removed or changed, successfully or not.
    Write,
    /// Run as a program.
    Run,
}

/// Everything that was seen, in the order of time, without repetition.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) uses: Vec<(Use, PathBuf)>,
    known: HashSet<(Use, PathBuf)>,
    /// The process that was started: the first to run a program.
    first: Option<u32>,
    /// Programs that child processes ran or tried to. Those of the first process do not count, because a script runs
    /// some.
    pub(crate) children_ran: Vec<PathBuf>,
    /// Whether anything outside the file system was used, successfully or not.
    pub(crate) connected: bool,
    /// An entry of `/proc` that leads to a different file, or has the process's arguments or variables.
    pub(crate) indirect: Option<PathBuf>,
    /// Whether a call could not be examined.
    blind: bool,
}

impl Seen {
    /// The paths that were used in one of these ways.
    pub(crate) fn of(&self, wanted: &[Use]) -> impl Iterator<Item = (Use, &Path)> {
        let uses = self.uses.iter().filter(|(how, _)| wanted.contains(how));
        uses.map(|(how, path)| (*how, path.as_path()))
    }

    /// The toolchains of the compilers that ran, found by the path of rustc's own library.
    pub(crate) fn toolchains(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let is_driver = |path: &Path| {
            let name = path.file_name().unwrap_or_default();
            name.as_encoded_bytes().starts_with(b"librustc_driver-")
        };
        let drivers = self.of(&[Use::Read]).filter(move |(_, path)| is_driver(path));
        // The loader names it `bin/../lib/…`. A distribution's toolchain shares its directory with everything else that
        // is installed, so only the directories of rustc alone count.
        let above = drivers.filter_map(|(_, path)| Some(path.canonicalize().ok()?.parent()?.parent()?.to_owned()));
        above.flat_map(|dir| [dir.join("lib/rustlib"), dir.join("rustlib")])
    }

    fn add(&mut self, how: Use, path: PathBuf) {
        if is_indirect(&path) {
            self.indirect.get_or_insert_with(|| path.clone());
        }
        if self.known.insert((how, path.clone())) {
            self.uses.push((how, path));
        }
    }

    fn add_program(&mut self, process: u32, path: &Path) {
        if *self.first.get_or_insert(process) != process {
            self.children_ran.push(path.to_owned());
        }
    }

    /// `None` if it is incomplete.
    fn whole(self) -> Option<Self> {
        (!self.blind && self.first.is_some()).then_some(self)
    }
}

/// Runs a command that may write only below `writable`, and waits for its first process. Processes that are left
/// behind, such as daemons, are killed. `None` if it could not be observed.
pub(crate) fn status(command: &mut Command, writable: &[PathBuf]) -> io::Result<(ExitStatus, Option<Seen>)> {
    let mut watch = None;
    let others = watch::children();
    let spawn = || {
        let (child, watched) = spawn(command, Some(writable))?;
        watch = Some(watched);
        Ok(child)
    };
    let status = signals::while_waiting(
        spawn,
        |child, signal| {
            let _ = rustix::process::kill_process(child, rustix::process::Signal::KILL);
            watch::end(&others);
            signals::end_self(signal);
        },
        std::process::Child::wait,
    )?;
    Ok((status, watch.and_then(Watch::stop)))
}

/// Whether it is an entry of `/proc` that leads to a different file, or has the process's arguments or variables.
fn is_indirect(path: &Path) -> bool {
    let mut parts = path.iter().filter_map(OsStr::to_str).skip(1);
    let is_process =
        |name: &str| matches!(name, "self" | "thread-self") || name.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next() != Some("proc") || !parts.next().is_some_and(is_process) {
        return false;
    }
    match parts.next() {
        Some("environ" | "cmdline" | "task" | "map_files" | "cwd" | "root") => true,
        Some("fd") => parts.nth(1).is_some(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_by_another_name() {
        for path in [
            "/proc/self/cwd/a",
            "/proc/12/environ",
            "/proc/self/fd/3/x",
            "/proc/self/root/etc",
        ] {
            assert!(is_indirect(Path::new(path)), "{path}");
        }
        for path in [
            "/proc/self/maps",
            "/proc/self/fd/3",
            "/proc/cpuinfo",
            "/w/proc/self/cwd",
        ] {
            assert!(!is_indirect(Path::new(path)), "{path}");
        }
    }
}
