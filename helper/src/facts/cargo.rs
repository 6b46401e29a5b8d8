//! What cargo builds here, with which wrapper, and where.

use std::fs;
use std::path::{Path, PathBuf};

use super::depth::Depth;
use super::launchers::Launchers;
use super::shell::ShellFacts;
use super::target::Target;
use super::units::Units;
use crate::cargo::Cargo;
use crate::cargo::lock_file::Lock;
use crate::git::Repository;
use crate::real_sccache;

/// The workspace and how cargo builds it.
#[derive(Debug, Clone)]
pub struct CargoFacts {
    /// Cargo's settings.
    pub settings: Cargo,
    /// The program of cargo's wrapper, without links.
    pub wrapper_path: Option<PathBuf>,
    /// Whether that is a script that calls an sccache.
    pub wrapper_calls_sccache: bool,
    /// Whether CARGO_HOME is a different path of `~/.cargo`.
    pub home_is_alias: bool,
    /// The settings by which compiles use sccache.
    pub launchers: Launchers,
    /// Cargo's target directory here.
    pub target: Option<Target>,
    /// Only in a full reading.
    pub built: Option<Built>,
}

/// The packages of a workspace, and what was built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    /// The units in the target directory.
    pub units: Units,
    /// The packages that the workspace is made of.
    pub lock: Lock,
    /// Whether there is a `CMakeLists.txt` beside the manifest or at the worktree's root.
    pub has_cmake_lists: bool,
}

impl CargoFacts {
    pub(super) fn read(settings: Cargo, shell: &ShellFacts, repository: Option<&Repository>, depth: Depth) -> Self {
        let (env, own) = (&shell.env, &shell.own);
        let root = repository.map_or(own.cwd(), |repository| &repository.root);
        let wrapper_path = wrapper_path(shell, &settings);
        Self {
            wrapper_calls_sccache: wrapper_path.as_deref().is_some_and(real_sccache::is_called_by),
            wrapper_path,
            home_is_alias: home_is_alias(shell, &settings),
            launchers: Launchers::read(env, own, &settings, root),
            target: Target::read(own, &settings, repository),
            built: (depth == Depth::Full).then(|| Built::read(&settings, repository)),
            settings,
        }
    }
}

impl Built {
    fn read(settings: &Cargo, repository: Option<&Repository>) -> Self {
        let roots = [settings.root(), repository.map(|repository| repository.root.as_path())];
        let mut roots = roots.into_iter().flatten();
        Self {
            units: settings
                .units_dir()
                .map(|dir| Units::read(&dir.value))
                .unwrap_or_default(),
            lock: settings.root().map(Lock::read).unwrap_or_default(),
            has_cmake_lists: roots.any(|root| root.join("CMakeLists.txt").exists()),
        }
    }
}

fn wrapper_path(shell: &ShellFacts, settings: &Cargo) -> Option<PathBuf> {
    let program = &settings.wrapper.as_ref()?.value;
    let path = real_sccache::find_program(program, shell.own.get("PATH"), shell.own.cwd())?;
    fs::canonicalize(path).ok()
}

fn home_is_alias(shell: &ShellFacts, settings: &Cargo) -> bool {
    let (Some(named), Some(home)) = (settings.home.as_ref(), shell.own.path("HOME")) else {
        return false;
    };
    let default = home.join(".cargo");
    let real = |path: &Path| fs::canonicalize(path).ok();
    named.value != default && real(&named.value).is_some_and(|named| real(&default) == Some(named))
}
