//! A program that is asked something. It is started and listened to in a thread of its own: whoever starts a program is
//! held until that runs, and on a busy processor until it has ended.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::{NoAnswer, TIME_LIMIT};

/// How much of an answer is read, in bytes; a real one has some 2,000.
const MAX_ANSWER: usize = 1 << 20;

/// What a program said until it ended.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) is_success: bool,
}

/// A program on its way.
#[derive(Debug)]
pub(super) struct Asked {
    thread: std::io::Result<JoinHandle<Result<Output, NoAnswer>>>,
}

impl Asked {
    /// Starts the program.
    pub(super) fn start(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self {
            thread: thread::Builder::new().spawn(move || run(command)),
        }
    }

    /// Waits for its end, never past the time limit.
    pub(super) fn output(self) -> Result<Output, NoAnswer> {
        let thread = self.thread.map_err(not_started)?;
        thread
            .join()
            .unwrap_or_else(|_| Err(NoAnswer::NotStarted("its thread ended early".to_owned())))
    }
}

fn not_started(error: impl std::fmt::Display) -> NoAnswer {
    NoAnswer::NotStarted(error.to_string())
}

fn run(mut command: Command) -> Result<Output, NoAnswer> {
    let mut child = command.spawn().map_err(not_started)?;
    let result = listen(&mut child, Instant::now() + TIME_LIMIT);
    if result.is_err() {
        // Ours to end: it is the client that we started, not the server.
        let _ = child.kill();
        let _ = child.wait();
    }
    result
}

fn listen(child: &mut Child, deadline: Instant) -> Result<Output, NoAnswer> {
    let mut pipes = [Pipe::of(child.stdout.take()), Pipe::of(child.stderr.take())];
    while pipes.iter().any(|pipe| pipe.end.is_some()) {
        let ready = ready(&pipes, deadline)?;
        for (pipe, is_ready) in pipes.iter_mut().zip(ready) {
            if is_ready {
                pipe.read();
            }
        }
    }
    let [stdout, stderr] = pipes.map(|pipe| pipe.bytes);
    Ok(Output {
        stdout,
        stderr,
        is_success: exited_well(child, deadline)?,
    })
}

/// Waits until one of the pipes has something to say, and tells which.
fn ready(pipes: &[Pipe; 2], deadline: Instant) -> Result<[bool; 2], NoAnswer> {
    let left = deadline.saturating_duration_since(Instant::now());
    let ends: Vec<&File> = pipes.iter().filter_map(|pipe| pipe.end.as_ref()).collect();
    let mut polled: Vec<PollFd<'_>> = ends.iter().map(|end| PollFd::new(end, PollFlags::IN)).collect();
    match poll(&mut polled, Timespec::try_from(left).ok().as_ref()) {
        Ok(0) => return Err(NoAnswer::TimedOut),
        Ok(_) | Err(Errno::INTR) => {}
        Err(error) => return Err(not_started(error)),
    }
    let mut polled = polled.iter().map(|polled| !polled.revents().is_empty());
    Ok(pipes
        .each_ref()
        .map(|pipe| pipe.end.is_some() && polled.next().unwrap_or_default()))
}

/// One of a program's outputs, until it is closed.
struct Pipe {
    end: Option<File>,
    bytes: Vec<u8>,
}

impl Pipe {
    fn of(end: Option<impl Into<OwnedFd>>) -> Self {
        Self {
            end: end.map(|end| File::from(end.into())),
            bytes: Vec::new(),
        }
    }

    /// Reads what is there; the end, or more than is wanted, closes it.
    fn read(&mut self) {
        let mut buffer = [0; 4096];
        let Some(end) = &mut self.end else { return };
        match end.read(&mut buffer) {
            Ok(count) if count > 0 && self.bytes.len() < MAX_ANSWER => self.bytes.extend(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            _ => self.end = None,
        }
    }
}

/// Its output has ended, so it is about to exit; a program that closes its output and stays is cut off.
fn exited_well(child: &mut Child, deadline: Instant) -> Result<bool, NoAnswer> {
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status.success()),
            Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_micros(100)),
            Ok(None) => return Err(NoAnswer::TimedOut),
            Err(error) => return Err(not_started(error)),
        }
    }
}
