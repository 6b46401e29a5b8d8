//! A program that is asked something. It is started and listened to in a thread of its own: whoever starts a program is
//! held until that runs, and on a busy processor until it has ended.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{NoAnswer, TIME_LIMIT};

/// How much of an answer is read, in bytes; a real one has some 2,000.
const MAX_ANSWER: u64 = 1 << 20;

/// What a program said until it ended.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
    pub(super) is_success: bool,
}

/// A program on its way.
#[derive(Debug)]
pub(super) struct Started {
    thread: std::io::Result<JoinHandle<Result<Output, NoAnswer>>>,
}

impl Started {
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
    let stdout = child.stdout.take().map(read).transpose()?;
    let stderr = child.stderr.take().map(read).transpose()?;
    let until = |bytes: Option<Receiver<Vec<u8>>>| {
        let left = deadline.saturating_duration_since(Instant::now());
        bytes.map_or(Ok(Vec::new()), |bytes| bytes.recv_timeout(left))
    };
    Ok(Output {
        stdout: until(stdout).map_err(|_| NoAnswer::TimedOut)?,
        stderr: until(stderr).map_err(|_| NoAnswer::TimedOut)?,
        is_success: exited_well(child, deadline)?,
    })
}

/// Reads one of a program's outputs in a thread, until it ends or is more than is wanted.
fn read(pipe: impl Read + Send + 'static) -> Result<Receiver<Vec<u8>>, NoAnswer> {
    let (sender, receiver) = mpsc::channel();
    let reader = move || {
        let mut bytes = Vec::new();
        let _ = pipe.take(MAX_ANSWER).read_to_end(&mut bytes);
        let _ = sender.send(bytes);
    };
    thread::Builder::new().spawn(reader).map_err(not_started)?;
    Ok(receiver)
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
