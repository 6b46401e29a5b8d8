//! Killed, stopped or in the way of a build: nothing that is not whole is ever taken for a unit.

use std::fs::{self, File};
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use crate::lab::{HELPER, Lab};

/// How much there is to copy: enough for somebody to come in between.
const FILES: u64 = 24;
const FILE_SIZE: u64 = 2 << 20;

/// `a` is built, with a script's run of 48 MiB among small units; `b` is new. The program fails to build where a file is
/// missing or short.
pub(crate) fn big() -> Lab {
    let lab = Lab::new();
    let script = format!(
        "fn main() {{ let out = std::env::var(\"OUT_DIR\").unwrap(); println!(\"cargo:root={{out}}\"); \
         for n in 0..{FILES} {{ std::fs::write(format!(\"{{out}}/{{n}}\"), vec![7; {FILE_SIZE}]).unwrap(); }} }}"
    );
    lab.package("large", "")
        .build_script(&script)
        .with("links = \"large\"")
        .publish();
    let names: Vec<String> = (0..6).map(|n| format!("small{n}")).collect();
    for name in &names {
        lab.package(name, "pub fn f() {}").publish();
    }
    let check = format!(
        "fn main() {{ let root = std::env::var(\"DEP_LARGE_ROOT\").unwrap(); \
         for n in 0..{FILES} {{ assert_eq!(std::fs::read(format!(\"{{root}}/{{n}}\")).unwrap(), vec![7; {FILE_SIZE}]); }} }}"
    );
    lab.write("a/app/build.rs", check);
    let deps: Vec<String> = names
        .iter()
        .map(String::as_str)
        .chain(["large"])
        .map(|name| format!("{name} = \"1\""))
        .collect();
    let deps: Vec<&str> = deps.iter().map(String::as_str).collect();
    lab.app(&deps, "fn main() { small0::f(); println!(\"whole\"); }");
    lab.build("a", &[]);
    lab.commit("a");
    lab.worktree("b");
    lab
}

/// A `warm` that runs; ended with the test, even one that is stopped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

impl Running {
    /// Starts to warm `b`, and waits until so many bytes are there.
    fn until(lab: &Lab, bytes: u64) -> Self {
        let mut warm = lab.command(HELPER, "b");
        let mut running = Self(warm.arg("warm").stdout(Stdio::piped()).spawn().unwrap());
        let size = |file: &PathBuf| fs::metadata(lab.path("b/target").join(file)).map_or(0, |data| data.len());
        let start = Instant::now();
        while lab.files("b/target").iter().map(size).sum::<u64>() < bytes && running.0.try_wait().unwrap().is_none() {
            assert!(start.elapsed() < Duration::from_secs(30), "nothing is copied");
            thread::sleep(Duration::from_micros(200));
        }
        running
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.0), signal).unwrap();
    }

    /// How it ended, and what it said.
    fn end(mut self) -> (Option<i32>, String) {
        let mut text = String::new();
        self.0.stdout.take().unwrap().read_to_string(&mut text).unwrap();
        (self.0.wait().unwrap().code(), text)
    }
}

#[test]
fn killed_anywhere() {
    let lab = big();
    let all = FILES * FILE_SIZE;
    let mut in_the_middle = 0;
    for (bytes, goes_on) in [
        (1, false),
        (FILE_SIZE, true),
        (all / 2, false),
        (all - FILE_SIZE, true),
        (all - 1, false),
    ] {
        let warm = Running::until(&lab, bytes);
        warm.signal(Signal::KILL);
        in_the_middle += usize::from(warm.end().0.is_none());
        if goes_on {
            // What was left does not keep a second run from finishing.
            lab.warm("b", &[]).ok();
            lab.build("b", &[]).only(&["app"]);
        } else {
            lab.build("b", &[]);
        }
        assert_eq!(lab.says("b"), "whole");
        fs::remove_dir_all(lab.path("b/target")).unwrap();
    }
    assert!(in_the_middle >= 3, "it was done before it could be killed");
}

/// Nothing is copied yet, so there is nothing to finish: not even a compiler that takes its time to say its version.
#[test]
fn ctrl_c_before_anything_is_copied() {
    let mut lab = big();
    lab.script("slow/rustc", ": >\"$STARTED\"\nexec sleep 20\n");
    let started = lab.path("started");
    lab.set("STARTED", &started);
    let path = std::env::var("PATH").unwrap();
    lab.set("PATH", format!("{}:{path}", lab.path("slow").display()));
    let mut warm = lab.command(HELPER, "b");
    let mut warm = Running(warm.arg("warm").spawn().unwrap());
    let start = Instant::now();
    while !started.exists() {
        assert!(start.elapsed() < Duration::from_secs(30), "rustc is not asked");
        thread::sleep(Duration::from_millis(1));
    }
    warm.signal(Signal::INT);
    let ended = warm.0.wait().unwrap();
    assert_eq!(ended.signal(), Some(Signal::INT.as_raw()), "{ended:?}");
    assert!(start.elapsed() < Duration::from_secs(15), "it waited for rustc");
    assert!(!lab.path("b/target").exists());
}

#[test]
fn ctrl_c_leaves_only_what_is_whole() {
    let lab = big();
    let warm = Running::until(&lab, FILE_SIZE);
    warm.signal(Signal::INT);
    let (code, stdout) = warm.end();
    assert_eq!(code, Some(130), "{stdout}");
    assert!(stdout.starts_with("sccache-shell: stopped; copied "), "{stdout}");
    // Each file that is there belongs to a unit that is finished.
    let there: Vec<String> = lab
        .files("b/target/debug")
        .iter()
        .map(|file| file.display().to_string())
        .collect();
    let hash = |file: &str| {
        file.split(['-', '.', '/'])
            .find(|part| part.len() == 16)
            .map(str::to_owned)
    };
    let is_mark =
        |file: &&String| file.starts_with(".fingerprint") && !file[1..].contains('.') && !file.contains("/dep-");
    let finished: Vec<_> = there.iter().filter(is_mark).filter_map(|file| hash(file)).collect();
    for file in there.iter().filter(|file| !file.ends_with("lock")) {
        assert!(
            hash(file).is_some_and(|hash| finished.contains(&hash)),
            "{file} of {there:?}"
        );
    }
    lab.warm("b", &[]).ok();
    lab.build("b", &[]).only(&["app"]);
    assert_eq!(lab.says("b"), "whole");
}

/// While it copies, builds in the new worktree wait, and builds in the old one too.
#[test]
fn cargos_locks_are_held() {
    let lab = big();
    let warm = Running::until(&lab, FILE_SIZE);
    warm.signal(Signal::STOP);
    let lock = |dir: &str, operation| {
        let path = lab.path(dir).join("target/debug/.cargo-lock");
        flock(File::open(path).unwrap(), operation)
    };
    let (shared, exclusive) = (
        FlockOperation::NonBlockingLockShared,
        FlockOperation::NonBlockingLockExclusive,
    );
    assert_eq!(lock("a", exclusive), Err(Errno::WOULDBLOCK));
    assert_eq!(lock("a", shared), Ok(()));
    assert_eq!(lock("b", shared), Err(Errno::WOULDBLOCK));
    warm.signal(Signal::CONT);
    assert_eq!(warm.end().0, Some(0));
    assert_eq!(lock("b", exclusive), Ok(()));
}
