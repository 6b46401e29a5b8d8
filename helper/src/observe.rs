//! What a process and all that it starts open, look for and run: seen by strace, since nobody's own report is a proof.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::process::{Pid, Signal};

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

/// Calls that change what is there.
const CHANGES: &[&str] = &[
    "creat",
    "mkdir",
    "mknod",
    "symlink",
    "link",
    "rename",
    "unlink",
    "rmdir",
    "truncate",
    "chmod",
    "fchmodat",
    "chown",
    "lchown",
    "fchownat",
    "utim",
    "futimesat",
    "setxattr",
    "lsetxattr",
];

/// Sockets of the C library's name service, which asks who the user is; what they answer is in no artifact.
const NAME_SERVICE: &[&str] = &[
    "/run/nscd/",
    "/var/run/nscd/",
    "/run/systemd/userdb/",
    "/var/lib/sss/pipes/",
];

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

fn pid_of(line: &[u8]) -> Option<i32> {
    let digits = line.split(|&byte| byte == b' ').next()?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// `12 +++ exited with 0 +++`, `12 +++ killed by SIGKILL +++`.
fn is_end(line: &[u8]) -> bool {
    // Short numbers are padded.
    let mut words = line.splitn(2, |&byte| byte == b' ');
    words.next().is_some_and(|pid| pid.iter().all(u8::is_ascii_digit))
        && words
            .next()
            .is_some_and(|rest| rest.trim_ascii_start().starts_with(b"+++ "))
}

/// Whether the process ended well.
pub(crate) fn ended_well(status: io::Result<ExitStatus>) -> bool {
    status.is_ok_and(|status| status.success())
}

fn parse(log: &[u8]) -> Seen {
    let mut seen = Seen::default();
    let mut first = None;
    // By process: the beginning of a call whose end comes in a later line.
    let mut begun: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for line in log.split(|&byte| byte == b'\n') {
        let Some(at) = line.iter().position(|&byte| byte == b' ') else {
            continue;
        };
        let (pid, rest) = line.split_at(at);
        let rest = rest.trim_ascii_start();
        first.get_or_insert_with(|| pid.to_vec());
        let is_first = first.as_deref() == Some(pid);
        if let Some(head) = rest.strip_suffix(b"<unfinished ...>") {
            begun.push((pid.to_vec(), head.to_vec()));
        } else if let Some(tail) = rest.strip_prefix(b"<... ") {
            let Some(at) = begun.iter().position(|(of, _)| of == pid) else {
                continue;
            };
            let mut whole = begun.swap_remove(at).1;
            let end = memchr::memmem::find(tail, b"resumed>").map_or(tail.len(), |at| at + b"resumed>".len());
            whole.extend_from_slice(&tail[end..]);
            note(&whole, is_first, &mut seen);
        } else {
            note(rest, is_first, &mut seen);
        }
    }
    // What ended within a call may have opened it.
    for (pid, head) in begun {
        note(&head, first.as_deref() == Some(&pid), &mut seen);
    }
    seen
}

/// One whole call: `openat(AT_FDCWD</cwd>, "path", O_RDONLY|O_CLOEXEC) = 3</path>`.
fn note(call: &[u8], is_first: bool, seen: &mut Seen) {
    let Some(open) = call.iter().position(|&byte| byte == b'(') else {
        return;
    };
    let (name, rest) = (&call[..open], &call[open + 1..]);
    let mentions = |word: &str| memchr::memmem::find(rest, word.as_bytes()).is_some();
    match name {
        // What does not block has not failed, and what failed may succeed the next time.
        b"connect" => {
            seen.connected |= !NAME_SERVICE.iter().any(|dir| mentions(&format!("sun_path=\"{dir}")));
            return;
        }
        b"socket" => {
            seen.connected |= !mentions("AF_UNIX");
            return;
        }
        b"io_uring_setup" => {
            seen.connected |= !failed(rest);
            return;
        }
        _ => {}
    }
    let (base, rest) = base(rest);
    let Some((path, after)) = quoted(rest) else {
        return;
    };
    if path.is_empty() {
        return;
    }
    let path = match base {
        Some(base) => base.join(path),
        None => PathBuf::from(path),
    };
    let is_there = !failed(after);
    if is_indirect(&path) {
        seen.indirect.get_or_insert_with(|| path.clone());
    }
    if name.starts_with(b"execve") {
        if !is_first {
            seen.children_ran.push(path.clone());
        }
        seen.uses.push((if is_there { Use::Run } else { Use::Absent }, path));
        return;
    }
    let is_one_of = |names: &[&str]| names.iter().any(|begin| name.starts_with(begin.as_bytes()));
    let writes = [&b"O_WRONLY"[..], b"O_RDWR", b"O_CREAT", b"O_TRUNC"];
    let says = |word: &[u8]| memchr::memmem::find(after, word).is_some();
    let how = if is_one_of(CHANGES) || name == b"openat2" {
        // That it is there already, or not there, is all that such a call says.
        match (says(b" EEXIST "), says(b" ENOENT ") || says(b" ENOTDIR ")) {
            (true, _) => Use::Exists,
            (_, true) => Use::Absent,
            _ => Use::Write,
        }
    } else if name.starts_with(b"readlink") {
        // A path that is not a link says so.
        if is_there || says(b" EINVAL ") {
            Use::Exists
        } else {
            Use::Absent
        }
    } else if !name.starts_with(b"open") {
        if is_there { Use::Exists } else { Use::Absent }
    } else if writes.iter().any(|word| says(word)) {
        Use::Write
    } else if says(b" ENOENT ") || says(b" ENOTDIR ") {
        // Any other failure is of something that is there, and may be read the next time.
        Use::Absent
    } else if says(b"O_DIRECTORY") {
        Use::List
    } else {
        Use::Read
    };
    seen.uses.push((how, path));
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

fn failed(after: &[u8]) -> bool {
    memchr::memmem::rfind(after, b" = -1 ").is_some()
}

/// The directory that a relative path is below, `AT_FDCWD</cwd>` or `3</dir>`, and what follows it. A `>` of a path is
/// escaped, a quote is not.
fn base(rest: &[u8]) -> (Option<PathBuf>, &[u8]) {
    let from = rest.iter().position(|byte| b"<\",".contains(byte));
    let Some(from) = from.filter(|&from| rest[from] == b'<') else {
        return (None, rest);
    };
    let Some(length) = rest[from..].iter().position(|&byte| byte == b'>') else {
        return (None, rest);
    };
    let dir = OsString::from_vec(unescape(&rest[from + 1..from + length]));
    (Some(dir.into()), &rest[from + length..])
}

/// The first string in quotes, and what follows it.
fn quoted(rest: &[u8]) -> Option<(OsString, &[u8])> {
    let begin = rest.iter().position(|&byte| byte == b'"')? + 1;
    let mut at = begin;
    while *rest.get(at)? != b'"' {
        at += if rest[at] == b'\\' { 2 } else { 1 };
    }
    Some((OsString::from_vec(unescape(&rest[begin..at])), &rest[at + 1..]))
}

/// As C writes bytes: `\n`, `\"`, `\303`.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        match rest.next() {
            Some(digit @ b'0'..=b'7') => {
                let mut value = u32::from(digit - b'0');
                for _ in 0..2 {
                    match rest.next_if(|next| (b'0'..=b'7').contains(next)) {
                        Some(digit) => value = value * 8 + u32::from(digit - b'0'),
                        None => break,
                    }
                }
                bytes.push(u8::try_from(value & 0xff).unwrap_or_default());
            }
            Some(b'n') => bytes.push(b'\n'),
            Some(b't') => bytes.push(b'\t'),
            Some(b'r') => bytes.push(b'\r'),
            Some(b'v') => bytes.push(0x0b),
            Some(b'f') => bytes.push(0x0c),
            Some(other) => bytes.push(other),
            None => {}
        }
    }
    bytes
}

/// Where strace is: beside the link that the wrapper was called by, else on `search`.
pub(crate) fn find(beside: Option<&Path>, search: Option<&OsStr>) -> Option<PathBuf> {
    let near = beside
        .map(|link| link.with_file_name("strace"))
        .filter(|path| path.exists());
    near.or_else(|| crate::facts::real_sccache::find_program(Path::new("strace"), search, Path::new("/")))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(log: &[u8]) {
    let seen = parse(log);
    assert!(seen.uses.iter().all(|(_, path)| !path.as_os_str().is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_is_read() {
        let log = br#"12 execve("/bin/rustc", 0x1, 0x2) = 0
12 openat(AT_FDCWD</w/a b>, "src/l\303\244b.rs", O_RDONLY|O_CLOEXEC) = 3</w/a b/src/l\303\244b.rs>
12 openat(AT_FDCWD</w"q>, "quoted", O_RDONLY) = 3</w"q/quoted>
12 openat(AT_FDCWD</w>, "secret", O_RDONLY) = -1 EACCES (Permission denied)
12 openat(AT_FDCWD</w>, "none", O_RDONLY) = -1 ENOENT (No such file or directory)
13 openat(AT_FDCWD</w>, "/m", O_RDONLY|O_DIRECTORY <unfinished ...>
12 statx(AT_FDCWD</w>, "there", 0, 0, 0x1) = 0
13 <... openat resumed>) = 4</m>
12 statx(3</w/x>, "", AT_EMPTY_PATH, 0, 0x1) = 0
12 openat(AT_FDCWD</w>, "out", O_WRONLY|O_CREAT, 0666) = 5</w/out>
14 execve("/no/git", 0x1, 0x2) = -1 ENOENT (No such file or directory)
14 execve("/bin/git", 0x1, 0x2) = 0
14 socket(AF_UNIX, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3<socket:[1]>
14 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path="/var/run/nscd/socket"}, 110) = -1 ENOENT (No such file or directory)
12 readlink("/w/link", 0x1, 1023) = 3
12 readlink("/w/dir", 0x1, 1023) = -1 EINVAL (Invalid argument)
12 mkdir("/w/dir", 0777) = -1 EEXIST (File exists)
12 mkdir("/w/new", 0777) = -1 EACCES (Permission denied)
"#;
        let seen = parse(log);
        let expected = [
            (Use::Run, "/bin/rustc"),
            (Use::Read, "/w/a b/src/l\u{e4}b.rs"),
            (Use::Read, "/w\"q/quoted"),
            (Use::Read, "/w/secret"),
            (Use::Absent, "/w/none"),
            (Use::Exists, "/w/there"),
            (Use::List, "/m"),
            (Use::Write, "/w/out"),
            (Use::Absent, "/no/git"),
            (Use::Run, "/bin/git"),
            (Use::Exists, "/w/link"),
            (Use::Exists, "/w/dir"),
            (Use::Exists, "/w/dir"),
            (Use::Write, "/w/new"),
        ];
        assert_eq!(seen.uses, expected.map(|(how, path)| (how, PathBuf::from(path))));
        assert_eq!(seen.children_ran, [Path::new("/no/git"), Path::new("/bin/git")]);
        assert!(!seen.connected);
        assert_eq!(seen.indirect, None);
    }

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

    #[test]
    fn what_is_asked_elsewhere_is_a_connection() {
        let is_connected = |call: &str| parse(call.as_bytes()).connected;
        assert!(is_connected(
            "1 connect(3<socket:[1]>, {sa_family=AF_UNIX, sun_path=\"/run/db\"}, 110) = -1 ENOENT (No such file or directory)"
        ));
        assert!(is_connected("1 socket(AF_INET, SOCK_DGRAM, 0) = 3<UDP:[1]>"));
        assert!(is_connected("1 io_uring_setup(8, 0x1) = 3"));
        assert!(!is_connected(
            "1 io_uring_setup(8, 0x1) = -1 EPERM (Operation not permitted)"
        ));
    }

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

    proptest::proptest! {
        #[test]
        fn any_log_is_read(lines in proptest::collection::vec("[0-9]{1,3} (openat|statx|execve|<... openat resumed>)\\PC{0,40}", 0..9)) {
            holds_for(lines.join("\n").as_bytes());
        }
    }
}
