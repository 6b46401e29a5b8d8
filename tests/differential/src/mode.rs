//! The caches that are compared.

use std::fmt;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::tools::Tools;

/// Which cache stands between cargo and rustc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// None: what is right.
    None,
    /// sccache as RUSTC_WRAPPER.
    Sccache,
    /// Ours.
    Ours,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Sccache => "sccache",
            Self::Ours => "ours",
        })
    }
}

/// The directories that a package of ours and one of sccache's would have.
#[derive(Debug)]
pub struct Wrappers {
    libexec: PathBuf,
    plain: PathBuf,
}

impl Wrappers {
    /// Makes them in `dir`, of links, as the module does.
    pub fn install(dir: &Path, tools: &Tools) -> Self {
        let libexec = dir.join("pkg/libexec/sccache-shell");
        let plain = dir.join("plain");
        let link = |to: &Path, from: PathBuf| symlink(to, from).expect("the lab is writable");
        fs::create_dir_all(&libexec).expect("the lab is writable");
        fs::create_dir_all(&plain).expect("the lab is writable");
        link(&tools.helper, libexec.join("sccache"));
        link(&tools.sccache, libexec.join("real"));
        link(&tools.sccache, plain.join("sccache"));
        Self { libexec, plain }
    }

    /// The directory that comes first on PATH.
    pub fn directory(&self, mode: Mode) -> Option<&Path> {
        match mode {
            Mode::None => None,
            Mode::Sccache => Some(&self.plain),
            Mode::Ours => Some(&self.libexec),
        }
    }

    /// The variables that the module's hook would set.
    pub fn variables(&self, mode: Mode) -> Vec<(&'static str, PathBuf)> {
        let mut all = vec![("CARGO_INCREMENTAL", PathBuf::from("0"))];
        if let Some(dir) = self.directory(mode) {
            all.push(("RUSTC_WRAPPER", dir.join("sccache")));
        }
        if mode == Mode::Ours {
            all.push(("SCCACHE_SHELL_TMPDIR", PathBuf::from("/var/tmp")));
        }
        all
    }
}
