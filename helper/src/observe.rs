//! What a process and all that it starts open, look for and run: told by the kernel, since nobody's own report is a proof.

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
pub use self::watch::{answer_all, is_let_go};
use crate::signals;

/// How a path was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Use {
    /// Opened to read.
    Read,
    /// A directory that was opened: its names were read.
    List,
    /// Asked for, and there; also where a link leads.
    Exists,
    /// Opened, asked for, run, and not there.
    Absent,
    /// Opened to write, made, renamed, removed or changed; also where that was refused.
    Write,
    /// Run as a program.
    Run,
}

/// All that was seen, in the order of time, each once.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) uses: Vec<(Use, PathBuf)>,
    known: HashSet<(Use, PathBuf)>,
    /// The process that was started: the first that ran a program.
    first: Option<u32>,
    /// Programs that a child process became or tried to; the first process may become others, as scripts do.
    pub(crate) children_ran: Vec<PathBuf>,
    /// Whether anything was asked outside of the file system, answered or not.
    pub(crate) connected: bool,
    /// An entry of `/proc` that stands for a file elsewhere, or for the process's own arguments or variables.
    pub(crate) indirect: Option<PathBuf>,
    /// Whether a call could not be looked at.
    blind: bool,
}

impl Seen {
    /// The toolchains of the compilers that ran, wherever a script found them: what lies above rustc's own library.
    pub(crate) fn toolchains(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let is_driver = |path: &&PathBuf| {
            let name = path.file_name().unwrap_or_default();
            name.as_encoded_bytes().starts_with(b"librustc_driver-")
        };
        let read = self
            .uses
            .iter()
            .filter(|(how, _)| *how == Use::Read)
            .map(|(_, path)| path);
        // The loader names it `bin/../lib/…`. A distribution's lies among all else that is installed, so no more than what
        // is rustc's alone counts.
        let above = read
            .filter(is_driver)
            .filter_map(|path| Some(path.canonicalize().ok()?.parent()?.parent()?.to_owned()));
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

    /// `None` if not all could be seen.
    fn whole(self) -> Option<Self> {
        (!self.blind && self.first.is_some()).then_some(self)
    }
}

/// Runs a command that may write below `writable` alone, to the end of its first process: what that leaves behind, a daemon,
/// is ended, since it was started for nothing. `None` where nothing could watch.
pub(crate) fn status(command: &mut Command, writable: &[&Path]) -> io::Result<(ExitStatus, Option<Seen>)> {
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

/// Entries of `/proc` by which a process reaches files by another name, or reads what it was started with.
fn is_indirect(path: &Path) -> bool {
    let mut parts = path.iter().filter_map(OsStr::to_str).skip(1);
    let is_process =
        |name: &str| matches!(name, "self" | "thread-self") || name.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next() != Some("proc") || !parts.next().is_some_and(is_process) {
        return false;
    }
    match parts.next() {
        Some("environ" | "cmdline" | "task" | "map_files") => true,
        Some("cwd" | "root") => true,
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
