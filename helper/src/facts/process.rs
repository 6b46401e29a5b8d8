//! Other processes: their users, programs and environments. What cannot be read (on a different system, or of a
//! different user) is `None`, never a guess.

use std::path::{Path, PathBuf};
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
    /// The environment it was started with, at `/`, the working directory of servers. It may contain secrets: print
    /// names, and values only of variables that are known to be harmless.
    pub env: Option<Environment>,
    /// Its program.
    pub program: Option<Program>,
    /// When it was started, to a hundredth of a second.
    pub started: Option<SystemTime>,
    /// Whether its TMPDIR exists, as the process sees it.
    pub tmpdir_exists: Option<bool>,
    /// Whether it sees the same directory at the path of our working directory.
    pub sees_our_directory: Option<bool>,
    /// The files that it has open, by their names in `/proc`.
    pub files: Vec<PathBuf>,
}

/// A process's program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Where it was started from.
    pub path: PathBuf,
    /// Whether that file was deleted or replaced since.
    pub is_deleted: bool,
}

impl Process {
    /// Whether it was started as an sccache server.
    pub fn is_sccache(&self) -> Option<bool> {
        Some(self.env.as_ref()?.get("SCCACHE_START_SERVER").is_some())
    }

    /// The directory for its temporary files.
    pub fn tmpdir(&self) -> Option<PathBuf> {
        let env = self.env.as_ref()?;
        Some(env.get("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from))
    }
}

/// A path as the process sees it, which may have a different root (a container). A relative path counts from `/`, the
/// working directory of servers.
pub(super) fn as_seen_by(pid: u32, path: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/root")).join(path.strip_prefix("/").unwrap_or(path))
}
