//! The running server, and others on this machine.

use std::path::{Path, PathBuf};

use super::answer::{self, Answer, NoAnswer, Question};
use super::listener::{self, Address, Listener};
use super::process::{Process, Scan};
use super::sccache::cache_dir;
use super::sharers::{self, Sharer};
use crate::environment::Environment;
use crate::version::Version;

/// The server at this shell's address.
#[derive(Debug, Clone)]
pub struct ServerFacts {
    /// Its address.
    pub address: Address,
    /// Whether the directory of its socket exists; true for a port.
    pub socket_dir_exists: bool,
    /// What listens at the address.
    pub listener: Option<Listener>,
    /// Its settings and statistics; `None` if nothing listens or there is no sccache to start.
    pub running: Option<Result<Answer, NoAnswer>>,
    /// Whether its cache directory was deleted.
    pub dir_is_gone: bool,
    /// Its version, if only its program answers.
    pub silent_version: Option<Version>,
    /// Other servers of this machine that use the same cache directory.
    pub sharers: Vec<Sharer>,
}

/// A server whose answer is on its way; the rest is read meanwhile.
pub(super) struct Pending {
    address: Address,
    listener: Option<Listener>,
    others: Vec<Process>,
    question: Option<Question>,
}

impl Pending {
    /// Finds the server, and starts `sccache` to query it.
    pub(super) fn start(env: &Environment, sccache: Option<&Path>) -> Self {
        let address = Address::of(env);
        let bound = listener::at(&address);
        let question = sccache
            .filter(|_| bound.is_some())
            .map(|sccache| answer::ask_running(sccache, env));
        let mut scan = Scan::begin(env.cwd());
        let listener = bound.map(|bound| bound.listener(&mut scan));
        let known = listener.as_ref().and_then(|listener| listener.process.as_ref());
        Self {
            others: scan.other_servers(known.map(|process| process.pid)),
            address,
            listener,
            question,
        }
    }

    /// Waits for the answer; `next_dir` is the next server's cache directory.
    pub(super) fn wait(self, uid: u32, next_dir: Option<&Path>) -> ServerFacts {
        let running = self.question.map(Question::wait);
        let dir = cache_dir(&running);
        let known = self.listener.as_ref().and_then(|listener| listener.process.as_ref());
        let silent_version = match (known, &running) {
            (Some(process), Some(Err(NoAnswer::Failed(_)))) if process.uid == Some(uid) => version_of(process),
            _ => None,
        };
        let used_dir = dir.as_deref().or(next_dir);
        ServerFacts {
            socket_dir_exists: self.address.dir().is_none_or(Path::is_dir),
            dir_is_gone: dir.as_deref().is_some_and(|dir| !dir.exists()),
            silent_version,
            sharers: used_dir.map_or_else(Vec::new, |dir| sharers::of(dir, &self.others)),
            running,
            address: self.address,
            listener: self.listener,
        }
    }
}

impl ServerFacts {
    /// The running server's settings and statistics, if it answered.
    pub fn running(&self) -> Option<&Answer> {
        self.running.as_ref()?.as_ref().ok()
    }

    /// The process at the address, if it is an sccache server.
    pub fn process(&self) -> Option<&Process> {
        let process = self.listener.as_ref()?.process.as_ref()?;
        (process.is_sccache() == Some(true)).then_some(process)
    }

    /// That process, if its environment can be read too.
    pub fn process_env(&self) -> Option<(&Process, &Environment)> {
        let process = self.process()?;
        Some((process, process.env.as_ref()?))
    }

    /// Whether something listens at the address, and is known not to be an sccache server.
    pub fn is_something_else(&self) -> bool {
        let process = self.listener.as_ref().and_then(|listener| listener.process.as_ref());
        process.is_some_and(|process| process.is_sccache() == Some(false))
    }
}

/// The version of a server's program, which may be deleted or different from this shell's.
fn version_of(process: &Process) -> Option<Version> {
    answer::ask_version(&PathBuf::from(format!("/proc/{}/exe", process.pid)))
}
