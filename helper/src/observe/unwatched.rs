//! Where the kernel tells nobody of a process's calls.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Child, Command};

use rustix::process::Pid;

use super::Seen;

/// Who would watch a process.
pub(crate) struct Watch;

/// Starts a process.
pub(crate) fn spawn(command: &mut Command, _writable: Option<&[&Path]>) -> io::Result<(Child, Watch)> {
    Ok((command.spawn()?, Watch))
}

/// The processes that this one has started; nobody tells.
pub(crate) fn children() -> Vec<Pid> {
    Vec::new()
}

/// Ends all children but `others`; which they are, nobody tells.
pub(crate) fn end(_others: &[Pid]) {}

/// Whether a program called by this name is to answer for a watcher that has ended.
pub fn is_let_go(_argv0: &OsStr) -> bool {
    false
}

/// There is nothing to answer.
pub fn answer_all() -> io::Result<()> {
    Ok(())
}

/// Whether a process could be watched.
pub(crate) fn is_possible() -> bool {
    false
}

impl Watch {
    pub(crate) fn stop(self) -> Option<Seen> {
        None
    }

    pub(crate) fn end(self) -> Option<Seen> {
        None
    }
}
