//! A process that a thread of this one observes.

mod calls;
mod confine;
mod listener;

use std::ffi::OsStr;
use std::fs;
use std::io::{self, PipeReader, PipeWriter};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, WaitOptions};
use rustix::thread::gettid;

use self::listener::Notifications;
use super::Seen;

/// `Documentation/admin-guide/LSM/Yama.rst`: with 2 only administrators may read a child's memory, with 3 nobody.
const YAMA: &str = "/proc/sys/kernel/yama/ptrace_scope";
const ADMINS_ONLY: u32 = 2;
const NOBODY: u32 = 3;

/// The observation of a process and its children.
pub(crate) struct Watch {
    watcher: JoinHandle<Option<(Option<Seen>, Notifications)>>,
    /// Closed to end the observation.
    stop: PipeWriter,
    /// Children of this process that do not belong to the observed one.
    others: Vec<Pid>,
}

/// Starts a process, observed if that is possible; with `writable` it may write nowhere else.
pub(crate) fn spawn(command: &mut Command, writable: Option<&[PathBuf]>) -> io::Result<(Child, Watch)> {
    let others = children();
    // Orphans of the observed process become children of this one, which then may read their memory and kill them.
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    let (stopped, stop) = io::pipe()?;
    let (send, listener) = mpsc::channel();
    let watcher = std::thread::spawn(move || {
        let (listener, starting) = listener.recv().ok()?;
        // On an error the listener is closed, so that calls fail. Otherwise they would wait forever.
        let seen = watch(&listener, starting, &stopped).ok()?;
        Some((seen, listener))
    });
    let watch = Watch { watcher, stop, others };
    // The filter and the restrictions of a thread apply to its children, and not to the rest of this process.
    let child = std::thread::scope(|scope| {
        let start = || {
            if let Some(writable) = writable {
                confine::this_thread(writable);
            }
            if let Ok(listener) = Notifications::of_this_thread(&calls::numbers()) {
                let _ = send.send((listener, gettid()));
            }
            drop(send);
            command.spawn()
        };
        let starting = scope.spawn(start).join();
        starting.unwrap_or_else(|_| Err(io::Error::other("the thread that starts the compiler ended")))
    });
    Ok((child?, watch))
}

fn watch(listener: &Notifications, starting: Pid, stopped: &PipeReader) -> io::Result<Option<Seen>> {
    let mut seen = Seen::default();
    let starting = starting.as_raw_nonzero().get().unsigned_abs();
    while let Some(notice) = listener.next(stopped)? {
        if notice.thread != starting {
            calls::note(&notice, &mut seen);
        }
        listener.go_on(&notice);
    }
    Ok(seen.whole())
}

impl Watch {
    /// What was seen until the first process ended; `None` if that is incomplete. Processes that it left behind run on,
    /// unobserved.
    pub(crate) fn end(self) -> Option<Seen> {
        // A zombie has to be reaped, because older kernels keep the listener open for it.
        let is_alive = |pid: &Pid| matches!(rustix::process::waitpid(Some(*pid), WaitOptions::NOHANG), Ok(None));
        let left = children()
            .iter()
            .filter(|pid| !self.others.contains(pid) && is_alive(pid))
            .count();
        drop(self.stop);
        let (seen, listener) = self.watcher.join().ok().flatten()?;
        if left > 0 {
            start_answerer(listener);
        }
        seen
    }

    /// Kills the remaining processes, and returns what was seen.
    pub(crate) fn stop(self) -> Option<Seen> {
        end(&self.others);
        let _ = rustix::process::set_child_subreaper(None);
        drop(self.stop);
        self.watcher.join().ok().flatten()?.0
    }
}

/// Kills all children except `others`, and their children.
pub(crate) fn end(others: &[Pid]) {
    loop {
        let left = children().into_iter().filter(|pid| !others.contains(pid));
        let ended = left.filter(|pid| {
            rustix::process::kill_process(*pid, Signal::KILL).is_ok()
                && rustix::process::waitpid(Some(*pid), WaitOptions::empty()).is_ok()
        });
        if ended.count() == 0 {
            break;
        }
    }
}

/// The name by which this program is called to answer the calls of processes that were left behind.
const ANSWERER: &str = "sccache-shell-let-go";

/// Starts a process that answers: otherwise the processes that were left behind could not open files.
fn start_answerer(listener: Notifications) {
    let mut command = Command::new("/proc/self/exe");
    command.arg0(ANSWERER).process_group(0).stdin(listener.into_fd());
    let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
}

/// Whether this process was started to answer the calls that its standard input receives.
pub fn is_answerer(argv0: &OsStr) -> bool {
    argv0 == ANSWERER
}

/// Answers all calls until the processes have ended.
pub fn answer_all() -> io::Result<()> {
    let listener = Notifications::from(io::stdin().as_fd().try_clone_to_owned()?);
    let (stopped, _stop) = io::pipe()?;
    while let Some(notice) = listener.next(&stopped)? {
        listener.go_on(&notice);
    }
    Ok(())
}

/// The children of all threads. None on a kernel without `CONFIG_PROC_CHILDREN`.
pub(crate) fn children() -> Vec<Pid> {
    let threads = fs::read_dir("/proc/self/task").into_iter().flatten().flatten();
    let texts = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    let pids = |text: String| {
        let words = text
            .split_whitespace()
            .filter_map(|word| Pid::from_raw(word.parse().ok()?));
        words.collect::<Vec<_>>()
    };
    texts.flat_map(pids).collect()
}

/// Whether processes can be observed.
pub(crate) fn is_possible() -> bool {
    let may_look = |scope: u32| scope < ADMINS_ONLY || scope < NOBODY && rustix::process::geteuid().is_root();
    let scope = fs::read_to_string(YAMA).ok().and_then(|text| text.trim().parse().ok());
    let listens = || std::thread::scope(|scope| scope.spawn(|| Notifications::of_this_thread(&[]).is_ok()).join());
    scope.is_none_or(may_look) && listens().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use super::super::{Use, status};
    use super::*;

    fn sh(script: &str, dir: &Path) -> (bool, Seen) {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).current_dir(dir).stderr(Stdio::null());
        let (status, seen) = status(&mut shell, &[dir.to_owned()]).unwrap();
        (status.success(), seen.expect("processes can be observed"))
    }

    #[test]
    fn all_that_is_done_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::write(path("a"), "").unwrap();
        fs::create_dir(path("d")).unwrap();
        let script = "cat a; cat none; cat d/../a; ls d; mkdir d e; mv e f; ln -s a l; readlink l; test -e none2; : >w; exec true";
        let (_, seen) = sh(script, dir.path());
        let has = |how: Use, path: PathBuf| seen.uses.contains(&(how, path));
        assert!(has(Use::Read, path("a")) && has(Use::Absent, path("none")) && has(Use::Read, path("d/../a")));
        assert!(has(Use::List, path("d")) && has(Use::Exists, path("d")) && has(Use::Write, path("e")));
        assert!(has(Use::Write, path("f")) && has(Use::Write, path("l")) && has(Use::Exists, path("l")));
        assert!(has(Use::Absent, path("none2")) && has(Use::Write, path("w")));
        let ran: Vec<_> = seen.children_ran.iter().filter_map(|path| path.file_name()).collect();
        assert!(
            ran.contains(&"cat".as_ref()) && ran.contains(&"readlink".as_ref()),
            "{ran:?}"
        );
        assert!(
            !ran.contains(&"sh".as_ref()) && !ran.contains(&"true".as_ref()),
            "{ran:?}"
        );
        assert!(!seen.connected && seen.indirect.is_none());
    }

    #[test]
    fn what_is_asked_elsewhere_is_a_connection() {
        let dir = tempfile::tempdir().unwrap();
        let socket = "bash -c ': <>/dev/tcp/127.0.0.1/1'; true";
        assert!(sh(socket, dir.path()).1.connected);
        assert!(sh("unshare -m true; true", dir.path()).1.connected);
        assert!(sh("cat /proc/self/environ", dir.path()).1.indirect.is_some());
    }

    #[test]
    fn the_way_into_a_directory_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("v1/sub")).unwrap();
        std::os::unix::fs::symlink("v1", dir.path().join("current")).unwrap();
        for script in ["cd current/sub; cat x", "ls current/sub", "cd none || true"] {
            let (_, seen) = sh(script, dir.path());
            let is_none = script.contains("none");
            let (how, name) = if is_none {
                (Use::Absent, "none")
            } else {
                (Use::Exists, "current")
            };
            assert!(
                seen.uses.contains(&(how, dir.path().join(name))),
                "{script}: {:?}",
                seen.uses
            );
        }
    }

    #[test]
    fn leftover_processes_are_killed() {
        let dir = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let (is_well, seen) = sh(
            "setsid sh -c 'echo $$ >pid; exec sleep 60' & while ! test -s pid; do :; done",
            dir.path(),
        );
        assert!(is_well && start.elapsed() < Duration::from_secs(20));
        let pid = fs::read_to_string(dir.path().join("pid")).unwrap();
        assert!(!Path::new("/proc").join(pid.trim()).exists());
        assert!(seen.uses.contains(&(Use::Write, dir.path().join("pid"))));
    }

    #[test]
    fn the_caller_is_not_watched() {
        assert!(is_possible());
        fs::read_dir("/").unwrap();
    }
}
