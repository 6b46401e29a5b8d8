//! For systems on which processes cannot be observed.

use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command};

use rustix::process::Pid;

use super::Seen;

/// The observation of a process: none.
pub(crate) struct Watch;

/// Starts a process.
pub(crate) fn spawn(command: &mut Command, _writable: Option<&[PathBuf]>) -> io::Result<(Child, Watch)> {
    Ok((command.spawn()?, Watch))
}

/// The children of this process: not known.
pub(crate) fn children() -> Vec<Pid> {
    Vec::new()
}

/// Kills all children except `others`: they are not known.
pub(crate) fn end(_others: &[Pid]) {}

/// Whether this process was started to answer calls: see the module for Linux.
pub fn is_answerer(_argv0: &OsStr) -> bool {
    false
}

/// Does nothing.
pub fn answer_all() -> io::Result<()> {
    Ok(())
}

/// Whether processes can be observed.
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
