//! A snapshot of environment variables and working directory.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use crate::origin::Origin;

/// Our own variables, set by the hook (`modules/shell.nix`).
pub mod names {
    /// The minimum cache size of the flake, in sccache's syntax.
    pub const CACHE_SIZE: &str = "SCCACHE_SHELL_CACHE_SIZE";
    /// The wanted TMPDIR.
    pub const TMPDIR: &str = "SCCACHE_SHELL_TMPDIR";
    /// Ids of checks to ignore, separated by commas.
    pub const IGNORE: &str = "SCCACHE_SHELL_IGNORE";
    /// `off`: the wrapper only becomes the real sccache.
    pub const SWITCH: &str = "SCCACHE_SHELL";
    /// `false`: plain sccache for workspace members.
    pub const SHARE_MEMBERS: &str = "SCCACHE_SHELL_SHARE_MEMBERS";
    /// `false`: no incremental compiles of edited members.
    pub const INCREMENTAL_EDITS: &str = "SCCACHE_SHELL_INCREMENTAL_EDITS";
    /// The file to which the wrapper appends a line per compile.
    pub const TRACE: &str = "SCCACHE_SHELL_TRACE";
}

/// A snapshot of the process's environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    vars: BTreeMap<OsString, OsString>,
    /// Those that come from cargo's configuration, with their place.
    given: BTreeMap<OsString, Given>,
    cwd: PathBuf,
}

/// A variable that cargo's `[env]` sets for the processes it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its value; a `relative` one is joined to the directory that contains `.cargo`, as cargo does.
    pub value: OsString,
    /// Its line.
    pub origin: Origin,
    /// Whether it overrides the shell's.
    pub is_forced: bool,
}

impl Environment {
    /// This process's environment. The working directory is `/` if it was deleted.
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

    /// The same with these variables set.
    pub fn with(&self, vars: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let mut env = self.clone();
        env.vars.extend(vars);
        env
    }

    /// The same variables in a different directory.
    pub fn at(&self, cwd: &Path) -> Self {
        Self {
            cwd: cwd.to_owned(),
            ..self.clone()
        }
    }

    /// The same with the variables of cargo's `[env]` that the shell does not set or the table forces.
    #[must_use]
    pub fn overlaid(&self, given: &BTreeMap<String, Given>) -> Self {
        let mut env = self.clone();
        for (name, given) in given {
            let name = OsString::from(name);
            if given.is_forced || !self.vars.contains_key(&name) {
                // The same value as the shell's changes nothing.
                if env.vars.insert(name.clone(), given.value.clone()).as_ref() != Some(&given.value) {
                    env.given.insert(name, given.clone());
                }
            }
        }
        env
    }

    /// The variable in cargo's configuration; `None` if it is the shell's, or unset.
    pub fn given(&self, name: &str) -> Option<&Given> {
        self.given.get(OsStr::new(name))
    }

    /// The variables of cargo's configuration, by name: programs that are started without cargo do not have them.
    pub fn all_given(&self) -> impl Iterator<Item = (&OsStr, &OsStr, &Given)> {
        let with_value = |(name, given)| Some((OsString::as_os_str(name), self.vars.get(name)?.as_os_str(), given));
        self.given.iter().filter_map(with_value)
    }

    /// The working directory.
    pub fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The variable's value, if it is set (it may be empty).
    pub fn get(&self, name: &str) -> Option<&OsStr> {
        self.vars.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// The variable's value as text, possibly lossy; `None` if it is unset.
    pub fn text(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.to_string_lossy().into_owned())
    }

    /// The variable's value as a path, if it is set and not empty.
    pub fn path(&self, name: &str) -> Option<&Path> {
        self.get(name).filter(|value| !value.is_empty()).map(Path::new)
    }

    /// Whether this is a machine of continuous integration: all such services set CI.
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
