//! Linux: the processes under `/proc`.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Process, Program, as_seen_by};
use crate::environment::Environment;

/// The largest environment that is read, in bytes.
const MAX_ENVIRON: u64 = 4 << 20;

/// A scan of all processes. Those named like sccache are looked at first, which is mostly enough; the name of a process
/// is read once.
#[derive(Debug)]
pub struct Scan<'a> {
    entries: Option<fs::ReadDir>,
    cwd: &'a Path,
    named_sccache: Vec<u32>,
    others: Vec<u32>,
}

impl<'a> Scan<'a> {
    /// Begins a scan, from the directory `cwd`.
    pub fn begin(cwd: &'a Path) -> Self {
        Self {
            entries: fs::read_dir("/proc").ok(),
            cwd,
            named_sccache: Vec::new(),
            others: Vec::new(),
        }
    }

    /// The process that holds this file open.
    pub(in crate::facts) fn holder_of(&mut self, file: &Path) -> Option<Process> {
        let holds = |pid: u32| Some(open_files(pid)).filter(|files| files.iter().any(|open| open == file));
        // Those that were found before, then the rest.
        let mut known = self.named_sccache.clone().into_iter();
        while let Some(pid) = known.next().or_else(|| self.next_named_sccache()) {
            if let Some(files) = holds(pid) {
                return Some(describe(pid, files, self.cwd));
            }
        }
        let others = self.others.iter();
        let (pid, files) = others.filter_map(|pid| Some((*pid, holds(*pid)?))).next()?;
        Some(describe(pid, files, self.cwd))
    }

    /// Every sccache server that this user may inspect, except the known one. Only their environments, start times and
    /// files are read, since a machine may have many.
    pub fn other_servers(mut self, known: Option<u32>) -> Vec<Process> {
        while self.next_named_sccache().is_some() {}
        let others = self.named_sccache.iter().filter(|pid| Some(**pid) != known);
        others
            .map(|pid| sketch(*pid))
            .filter(|process| process.is_sccache() == Some(true))
            .map(|process| Process {
                started: started(process.pid),
                files: open_files(process.pid),
                ..process
            })
            .filter(has_socket)
            .collect()
    }

    fn next_named_sccache(&mut self) -> Option<u32> {
        loop {
            let name = self.entries.as_mut()?.next()?.ok()?.file_name();
            let Some(pid) = name.to_str().and_then(|name| name.parse().ok()) else {
                continue;
            };
            if name_of(pid).contains("sccache") {
                self.named_sccache.push(pid);
                return Some(pid);
            }
            self.others.push(pid);
        }
    }
}

fn proc_file(pid: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

fn open_files(pid: u32) -> Vec<PathBuf> {
    let entries = fs::read_dir(proc_file(pid, "fd")).into_iter().flatten().flatten();
    entries.filter_map(|entry| fs::read_link(entry.path()).ok()).collect()
}

/// A server that is just starting has, for a moment, parent processes that look like it and have no socket.
fn has_socket(process: &Process) -> bool {
    let mut files = process.files.iter();
    files.any(|file| file.as_os_str().as_bytes().starts_with(b"socket:"))
}

/// In three system calls: this is done for every process.
fn name_of(pid: u32) -> String {
    let mut name = [0; 64];
    let read = fs::File::open(proc_file(pid, "comm")).and_then(|mut file| file.read(&mut name));
    let name = &name[..read.unwrap_or(0)];
    String::from_utf8_lossy(name).trim_end().to_owned()
}

fn sketch(pid: u32) -> Process {
    Process {
        pid,
        name: String::new(),
        uid: None,
        env: environ(pid).map(|bytes| Environment::new(variables(&bytes), Path::new("/"))),
        program: None,
        started: None,
        tmpdir_exists: None,
        sees_our_directory: None,
        files: Vec::new(),
    }
}

fn describe(pid: u32, files: Vec<PathBuf>, cwd: &Path) -> Process {
    let sketch = sketch(pid);
    let tmpdir = sketch.tmpdir();
    Process {
        name: name_of(pid),
        uid: fs::metadata(proc_file(pid, "")).map(|meta| meta.uid()).ok(),
        program: fs::read_link(proc_file(pid, "exe")).ok().map(program),
        started: started(pid),
        tmpdir_exists: tmpdir.map(|dir| as_seen_by(pid, &dir).is_dir()),
        sees_our_directory: sees(pid, cwd),
        files,
        ..sketch
    }
}

fn environ(pid: u32) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = fs::File::open(proc_file(pid, "environ")).ok()?;
    file.take(MAX_ENVIRON).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// `NAME=VALUE` entries that end in a zero byte. A process may have overwritten them with anything.
fn variables(environ: &[u8]) -> Vec<(OsString, OsString)> {
    let entries = environ.split(|byte| *byte == 0);
    let split = |entry: &[u8]| {
        let at = entry.iter().position(|byte| *byte == b'=').filter(|at| *at > 0)?;
        let owned = |bytes: &[u8]| OsString::from_vec(bytes.to_owned());
        Some((owned(&entry[..at]), owned(&entry[at + 1..])))
    };
    // The first of two entries counts, as for getenv.
    entries.rev().filter_map(split).collect()
}

fn program(link: PathBuf) -> Program {
    const DELETED: &[u8] = b" (deleted)";
    match link.as_os_str().as_bytes().strip_suffix(DELETED) {
        Some(path) => Program {
            path: PathBuf::from(OsStr::from_bytes(path)),
            is_deleted: true,
        },
        None => Program {
            path: link,
            is_deleted: false,
        },
    }
}

/// By the clock ticks since the system was started (proc(5), `stat`, field 22).
fn started(pid: u32) -> Option<SystemTime> {
    let uptime = fs::read_to_string("/proc/uptime").ok()?;
    let started = ticks_at_start(pid)? as f64 / rustix::param::clock_ticks_per_second() as f64;
    let uptime: f64 = uptime.split_whitespace().next()?.parse().ok()?;
    let age = Duration::try_from_secs_f64(uptime - started).ok()?;
    SystemTime::now().checked_sub(age)
}

/// When the process was started, in clock ticks since the system was started.
pub(in crate::facts) fn ticks_at_start(pid: u32) -> Option<u64> {
    start_ticks(&fs::read(proc_file(pid, "stat")).ok()?)
}

/// The name in parentheses, field 2, may contain any byte, so fields are counted from its end.
fn start_ticks(stat: &[u8]) -> Option<u64> {
    let end = stat.iter().rposition(|byte| *byte == b')')?;
    let rest = std::str::from_utf8(&stat[end + 1..]).ok()?;
    rest.split_whitespace().nth(22 - 3)?.parse().ok()
}

/// The same inode of the same device is the same directory, in any namespace. `None` if the process may not be
/// inspected.
fn sees(pid: u32, dir: &Path) -> Option<bool> {
    let ours = fs::metadata(dir).ok()?;
    match fs::metadata(as_seen_by(pid, dir)) {
        Ok(theirs) => Some((ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            proc_file(pid, "root/.").exists().then_some(false)
        }
        Err(_) => None,
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(bytes: &[u8]) {
    for (name, value) in variables(bytes) {
        let is_in = |text: &OsStr, byte: u8| text.as_bytes().contains(&byte);
        assert!(!name.is_empty() && !is_in(&name, b'=') && !is_in(&name, 0) && !is_in(&value, 0));
    }
    let _ = start_ticks(bytes);
    // A process may call itself anything.
    let fields = (3..=30).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
    let stat = [b"1 (", bytes, b") ", fields.as_bytes()].concat();
    assert_eq!(start_ticks(&stat), Some(22));
    let link = PathBuf::from(OsStr::from_bytes(bytes));
    assert!(link.as_os_str().len() == program(link.clone()).path.as_os_str().len() || program(link).is_deleted);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sees_itself() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("open");
        let _open = fs::File::create(&file).unwrap();
        let me = Scan::begin(dir.path())
            .holder_of(&fs::canonicalize(&file).unwrap())
            .unwrap();
        assert_eq!(me.pid, std::process::id());
        assert_eq!(me.is_sccache(), Some(false));
        assert_eq!(me.sees_our_directory, Some(true));
        let age = me.started.and_then(|started| started.elapsed().ok());
        assert!(age.is_some_and(|age| age < Duration::from_secs(60)), "{age:?}");
        assert_eq!(me.program.map(|program| program.path), std::env::current_exe().ok());
        assert_eq!(Scan::begin(dir.path()).holder_of(Path::new("/nonexistent")), None);
    }

    #[test]
    fn reads_an_environment_byte_by_byte() {
        let read = variables(b"A=1\0TMPDIR=/x=\xff\0rubbish\0=x\0A=2\0");
        let env = Environment::new(read, Path::new("/"));
        assert_eq!(env.get("TMPDIR"), Some(OsStr::from_bytes(b"/x=\xff")));
        assert_eq!(env.get("A"), Some(OsStr::new("1")));
        assert_eq!(env.names().count(), 2);
    }

    #[test]
    fn a_deleted_program_keeps_its_path() {
        let gone = program(PathBuf::from("/bin/x (deleted)"));
        assert_eq!((gone.path, gone.is_deleted), (PathBuf::from("/bin/x"), true));
        assert!(!program(PathBuf::from("/bin/x")).is_deleted);
    }

    #[test]
    fn a_name_may_hold_anything() {
        let fields = (3..=30).map(|n| n.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(start_ticks(format!("1 (a) b (c) {fields}").as_bytes()), Some(22));
        assert_eq!(start_ticks(b"1 (a) 1 2"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>) {
            assert_invariants(&bytes);
        }
    }
}
