//! The environment variables and the directory that everything else is judged by.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::origin::Origin;

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
    /// `false`: the workspace's own crates are left to plain sccache.
    pub const SHARE_MEMBERS: &str = "SCCACHE_SHELL_SHARE_MEMBERS";
    /// `false`: edited members are compiled as all else is.
    pub const INCREMENTAL_EDITS: &str = "SCCACHE_SHELL_INCREMENTAL_EDITS";
    /// A file to which the wrapper appends one line per compile.
    pub const TRACE: &str = "SCCACHE_SHELL_TRACE";
}

/// A snapshot of the process's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
    /// Those that cargo gives and the shell does not have so, with the place that says so.
    given: BTreeMap<OsString, Given>,
    cwd: PathBuf,
}

/// A variable that cargo's `[env]` gives to whatever it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its value; one that is `relative` there is a path from the directory that holds `.cargo`, as cargo makes it.
    pub value: OsString,
    /// The line that says so.
    pub origin: Origin,
    /// Whether it wins over the shell's own.
    pub is_forced: bool,
}

impl Environment {
    /// What this process was started with. A working directory that is gone reads as `/`.
    pub fn current() -> Self {
        Self {
            vars: std::env::vars_os().collect(),
            given: BTreeMap::new(),
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
            given: BTreeMap::new(),
            cwd: cwd.to_owned(),
        }
    }

    /// An environment of `NAME=VALUE` words, at `/`.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn of(words: Vec<OsString>) -> Self {
        use std::os::unix::ffi::OsStrExt;
        let split = |word: &OsString| {
            let mut parts = word.as_bytes().splitn(2, |byte| *byte == b'=');
            let mut part = || parts.next().map(|part| OsStr::from_bytes(part).to_owned());
            Some((part()?, part()?))
        };
        Self::new(words.iter().filter_map(split), Path::new("/"))
    }

    /// The same with these variables set over them.
    pub fn with(&self, vars: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut env = self.clone();
        env.vars.extend(vars);
        env
    }

    /// The same variables, at another directory.
    pub fn at(&self, cwd: &Path) -> Self {
        Self {
            cwd: cwd.to_owned(),
            ..self.clone()
        }
    }

    /// The same with what cargo's `[env]` gives over it, where the shell does not set it or the table forces it.
    #[must_use]
    pub fn overlaid(&self, given: &BTreeMap<String, Given>) -> Self {
        let mut env = self.clone();
        for (name, given) in given {
            let name = OsString::from(name);
            if given.is_forced || !self.vars.contains_key(&name) {
                // One that says what the shell says changes nothing.
                if env.vars.insert(name.clone(), given.value.clone()).as_ref() != Some(&given.value) {
                    env.given.insert(name, given.clone());
                }
            }
        }
        env
    }

    /// Where cargo's configuration gives the variable; `None` where it is the shell's own, or unset.
    pub fn given(&self, name: &str) -> Option<&Given> {
        self.given.get(OsStr::new(name))
    }

    /// The variables that cargo's configuration gives, by name: what a program that is started here has not got yet.
    pub fn all_given(&self) -> impl Iterator<Item = (&OsStr, &OsStr, &Given)> {
        let with_value = |(name, given)| Some((OsString::as_os_str(name), self.vars.get(name)?.as_os_str(), given));
        self.given.iter().filter_map(with_value)
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
