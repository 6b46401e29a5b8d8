//! Other processes: who they are, and what they were started with. What cannot be read (another system,
//! another user's) is `None`, never a guess.

use std::path::PathBuf;
use std::time::SystemTime;

use crate::environment::Environment;

#[cfg(target_os = "linux")]
pub(crate) mod linux;
#[cfg(not(target_os = "linux"))]
mod portable;

#[cfg(target_os = "linux")]
pub use linux::Scan;
#[cfg(target_os = "linux")]
pub(super) use linux::ticks_at_start;
#[cfg(not(target_os = "linux"))]
pub use portable::Scan;

/// A process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub pid: u32,
    /// Its name (`comm`), at most 15 bytes.
    pub name: String,
    /// Its user.
    pub uid: Option<u32>,
    /// The environment it was started with, at `/`, where servers stand. It may hold secrets: names may be shown,
    /// values only of variables that are known to be harmless.
    pub env: Option<Environment>,
    /// Its program.
    pub program: Option<Program>,
    /// Since when it has been running, to a hundredth of a second.
    pub started: Option<SystemTime>,
    /// Whether its TMPDIR is there, as the process sees it.
    pub tmpdir_exists: Option<bool>,
    /// Whether the directory that we are in is the same one there.
    pub sees_our_directory: Option<bool>,
    /// What it holds open, by the names the system gives.
    pub files: Vec<PathBuf>,
}

/// A process's program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Where it was started from.
    pub path: PathBuf,
    /// Whether that file is gone or was replaced since.
    pub is_deleted: bool,
}

impl Process {
    /// Whether it was started as an sccache server.
    pub fn is_sccache(&self) -> Option<bool> {
        Some(self.env.as_ref()?.get("SCCACHE_START_SERVER").is_some())
    }

    /// The directory in which it makes its temporary ones.
    pub fn tmpdir(&self) -> Option<PathBuf> {
        let env = self.env.as_ref()?;
        Some(env.get("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from))
    }
}
