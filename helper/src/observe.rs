//! What a process and all that it starts open, look for and run: seen by strace, since nobody's own report is a proof.

pub(crate) mod log;

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{Pid, Signal};

use self::log::{is_end, parse, pid_of};
use crate::{confine, signals};

/// How a path was used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
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

/// All that was seen, in the order of time.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) uses: Vec<(Use, PathBuf)>,
    /// Programs that a child process became or tried to; the first process may become others, as scripts do.
    pub(crate) children_ran: Vec<PathBuf>,
    /// Whether anything was asked outside of the file system, answered or not.
    pub(crate) connected: bool,
    /// An entry of `/proc` that stands for a file elsewhere, or for the process's own arguments or variables.
    pub(crate) indirect: Option<PathBuf>,
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
}

/// How much of what is done is of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// What is read, run and connected to.
    Reads,
    /// Also where links lead, and what is changed: rustc itself asks for hundreds of links, at 50 µs each.
    All,
}

/// A `?` before a name: not every architecture has it.
const READS: &str = "trace=?open,openat,?openat2,?creat,execve,?execveat,socket,connect,?io_uring_setup,\
    ?stat,?lstat,?statx,?newfstatat,?access,?faccessat,?faccessat2";
const MORE: &str = ",?readlink,?readlinkat,?mkdir,?mkdirat,?mknod,?mknodat,?symlink,?symlinkat,?link,?linkat,\
    ?rename,?renameat,?renameat2,?unlink,?unlinkat,?rmdir,?truncate,?chmod,?fchmodat,?fchmodat2,\
    ?chown,?lchown,?fchownat,?utime,?utimes,?futimesat,?utimensat,?setxattr,?lsetxattr";

/// `program args…` below strace, which writes what it sees to `log`.
pub(crate) fn command(strace: &Path, log: &Path, depth: Depth, program: &Path) -> Command {
    let calls = match depth {
        Depth::Reads => READS.to_owned(),
        Depth::All => [READS, MORE].concat(),
    };
    let mut command = Command::new(strace);
    command
        .args([
            "-f",
            "--seccomp-bpf",
            "-q",
            "-y",
            "-e",
            "signal=none",
            "-e",
            "verbose=connect",
            "-e",
        ])
        .arg(calls)
        .arg("-o")
        .arg(log)
        .arg("--")
        .arg(program);
    command
}

/// What the log of a finished process says. An error also where it says nothing of the first program's start, since
/// nothing was traced then, or of its end, since a full disk keeps strace from writing and not from going on.
pub(crate) fn read(log: &Path) -> io::Result<Seen> {
    let log = std::fs::read(log)?;
    let seen = parse(&log);
    let first = pid_of(&log);
    let mut lines = log.split(|&byte| byte == b'\n');
    if !seen.uses.iter().any(|(how, _)| *how == Use::Run) {
        Err(io::Error::other("nothing was traced"))
    } else if !lines.any(|line| is_end(line) && pid_of(line) == first) {
        Err(io::Error::other("the trace is cut short"))
    } else {
        Ok(seen)
    }
}

/// Runs a command of [`command`] that may write below `writable` alone, to the end of its first process: what that leaves
/// behind, a daemon, is ended, since it was started for nothing. Without `log` it is no such command.
pub(crate) fn status(command: &mut Command, log: Option<&Path>, writable: &[&Path]) -> io::Result<ExitStatus> {
    // Strace alone would leave the compiler behind.
    let spawn = || confine::spawn(command.process_group(0), writable);
    signals::while_waiting(spawn, signals::end_with_group, |child| match log {
        Some(log) => first_ended(child, log),
        None => child.wait(),
    })
}

fn first_ended(strace: &mut Child, log: &Path) -> io::Result<ExitStatus> {
    /// How often it is looked whether only others are left.
    const LOOK: Duration = Duration::from_millis(500);
    let (send, ended) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || send.send(strace.wait()));
        loop {
            match ended.recv_timeout(LOOK) {
                Ok(status) => return status,
                Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("strace was not waited for")),
                Err(RecvTimeoutError::Timeout) => end_those_left(&std::fs::read(log).unwrap_or_default()),
            }
        }
    })
}

/// Ends every process of a log whose first one has ended. A line that is still being written may begin with half a number.
fn end_those_left(log: &[u8]) {
    let (mut first, mut left) = (None, Vec::new());
    let written = log.split_inclusive(|&byte| byte == b'\n');
    for line in written.filter_map(|line| line.strip_suffix(b"\n")) {
        let Some(pid) = pid_of(line) else { continue };
        first.get_or_insert(pid);
        left.retain(|known| *known != pid);
        if !is_end(line) {
            left.push(pid);
        }
    }
    if first.is_some_and(|first| !left.contains(&first)) {
        for pid in left.into_iter().filter_map(Pid::from_raw) {
            let _ = rustix::process::kill_process(pid, Signal::KILL);
        }
    }
}

/// Whether the process ended well.
pub(crate) fn ended_well(status: io::Result<ExitStatus>) -> bool {
    status.is_ok_and(|status| status.success())
}

/// Where strace is: beside the link that the wrapper was called by, else on `search`.
pub(crate) fn find(beside: Option<&Path>, search: Option<&OsStr>) -> Option<PathBuf> {
    let near = beside
        .map(|link| link.with_file_name("strace"))
        .filter(|path| path.exists());
    near.or_else(|| crate::facts::real_sccache::find_program(Path::new("strace"), search, Path::new("/")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_that_is_cut_short_is_none() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let is_read = |text: &str| {
            std::fs::write(log.path(), text).unwrap();
            read(log.path()).is_ok()
        };
        let start = "12 execve(\"/bin/rustc\", 0x1, 0x2) = 0\n";
        assert!(is_read(&format!(
            "{start}13 +++ exited with 0 +++\n12 +++ exited with 0 +++\n"
        )));
        assert!(!is_read(&format!("{start}13 +++ exited with 0 +++\n")));
        assert!(!is_read("12 +++ exited with 1 +++\n"));
    }

    #[test]
    fn who_is_left_is_ended() {
        let mut child = Command::new("sleep").arg("60").spawn().unwrap();
        let pid = child.id();
        end_those_left(format!("1 execve(\"/a\", 0, 0) = 0\n{pid} execve(\"/b\", 0, 0) = 0\n").as_bytes());
        end_those_left(format!("1 execve(\"/a\", 0, 0) = 0\n1 +++ exited with 0 +++\n{pid}").as_bytes());
        assert!(child.try_wait().unwrap().is_none());
        end_those_left(
            format!("1 execve(\"/a\", 0, 0) = 0\n{pid} execve(\"/b\", 0, 0) = 0\n1 +++ exited with 0 +++\n").as_bytes(),
        );
        assert!(!child.wait().unwrap().success());
    }
}
