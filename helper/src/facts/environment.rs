//! The environment variables and the directory that everything else is judged by.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// Our own variables, set by the hook (`modules/shell.nix`).
pub mod names {
    /// The least cache size that the flake wants, in sccache's syntax.
    pub const CACHE_SIZE: &str = "SCCACHE_SHELL_CACHE_SIZE";
    /// Where TMPDIR should be.
    pub const TMPDIR: &str = "SCCACHE_SHELL_TMPDIR";
    /// Ids of checks to leave out, separated by commas.
    pub const IGNORE: &str = "SCCACHE_SHELL_IGNORE";
    /// `off`: the wrapper only becomes the real sccache.
    pub const SWITCH: &str = "SCCACHE_SHELL";
    /// A file to which the wrapper appends one line per compile.
    pub const TRACE: &str = "SCCACHE_SHELL_TRACE";
}

/// A snapshot of the process's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
    cwd: PathBuf,
}

impl Environment {
    /// What this process was started with. A working directory that is gone reads as `/`.
    pub fn current() -> Self {
        Self {
            vars: std::env::vars_os().collect(),
            cwd: std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/")),
        }
    }

    /// An environment of these variables, at `cwd`.
    pub fn new<K, V>(vars: impl IntoIterator<Item = (K, V)>, cwd: &Path) -> Self
    where
        K: Into<OsString>,
        V: Into<OsString>,
    {
        Self {
            vars: vars.into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
            cwd: cwd.to_owned(),
        }
    }

    /// The same variables, at another directory.
    pub fn at(&self, cwd: &Path) -> Self {
        Self {
            vars: self.vars.clone(),
            cwd: cwd.to_owned(),
        }
    }

    /// The working directory.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The variable's value, where it is set (it may be empty).
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The variable's value for showing it to people; `None` where it is unset.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// The variable's value as a path, where it is set and not empty.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.get(name).filter(|value| !value.is_empty()).map(Path::new)
    }

    /// Whether this is a machine of continuous integration: all of its services set CI.
    pub fn is_ci(&self) -> bool {
        self.text("CI")
            .is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
    }

    /// All variables with their values, sorted by name.
    pub fn vars(&self) -> impl Iterator<Item = (&OsStr, &OsStr)> {
        self.vars
            .iter()
            .map(|(name, value)| (name.as_os_str(), value.as_os_str()))
    }

    /// The names of all variables, sorted.
    pub fn names(&self) -> impl Iterator<Item = &OsStr> {
        self.vars.keys().map(OsString::as_os_str)
    }
}
