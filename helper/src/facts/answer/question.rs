//! Running a program for its output, with a time limit. It is started in a thread of its own: starting a program blocks
//! until it runs, which takes long on a busy machine.

use std::io::Read;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{NoAnswer, TIME_LIMIT};

/// How much of the output is read, in bytes; sccache's has about 2,000.
const MAX_ANSWER: u64 = 1 << 20;

/// The output of a program that ended.
#[derive(Debug)]
pub(in crate::facts) struct Output {
    pub(in crate::facts) stdout: Vec<u8>,
    pub(in crate::facts) stderr: Vec<u8>,
    pub(in crate::facts) is_success: bool,
}

/// A program that was started.
#[derive(Debug)]
pub(in crate::facts) struct Started {
    thread: std::io::Result<JoinHandle<Result<Output, NoAnswer>>>,
}

impl Started {
    /// Starts the program.
    pub(in crate::facts) fn start(mut command: Command) -> Self {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self {
            thread: thread::Builder::new().spawn(move || run(command)),
        }
    }

    /// Waits for its end, at most until the time limit.
    pub(in crate::facts) fn output(self) -> Result<Output, NoAnswer> {
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
        // This is the client that was started here, not the server.
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

/// Reads an output of a program in a thread, until it ends or reaches the limit.
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

/// A program whose output has ended is about to exit; if it stays, it is stopped at the deadline.
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
