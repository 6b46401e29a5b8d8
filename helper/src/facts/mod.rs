//! Everything that is read for the checks, as five values. Something that is missing is a value, not an error.

pub mod answer;
pub mod cache_dir;
pub mod cargo;
pub mod clock;
mod closer;
pub mod cmake;
pub mod config_file;
mod depth;
pub mod disk_table;
mod error_log;
pub(crate) mod key_variables;
pub mod launchers;
pub mod listener;
pub mod process;
mod projects;

pub mod remote;
pub mod repository;
pub mod sccache;
pub mod server;
pub mod sharers;
pub mod shell;
pub mod siblings;
pub mod target;
pub mod units;

use std::path::{Path, PathBuf};

use toml_edit::Item;

use answer::Answer;
use clock::{Clock, Timing};
use repository::RepositoryFacts;
use shell::ShellFacts;

use crate::cargo::Cargo;
use crate::environment::{Environment, names};
use crate::form::versions;
use crate::git::Repository;
use crate::observe;
use crate::origin::Setting;
use crate::real_sccache;
use crate::size::Size;
use crate::toml_file::TomlFile;
use crate::version::Version;

pub use depth::Depth;

/// Everything that the checks judge.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The real sccache, its settings, and what its next server would have.
    pub sccache: sccache::SccacheFacts,
    /// The running server.
    pub server: server::ServerFacts,
    /// The workspace and how cargo builds it.
    pub cargo: cargo::CargoFacts,
    /// The git repository around it.
    pub repository: RepositoryFacts,
    /// The shell's environment, and what cargo makes of it.
    pub shell: ShellFacts,
    /// How long each part took to read.
    pub timings: Vec<Timing>,
}

impl Facts {
    /// Reads everything; takes at most the time limit of sccache's answers.
    pub fn gather(own: Environment, depth: Depth) -> Self {
        let mut clock = Clock::start();
        let settings = Cargo::read(&own);
        let shell = ShellFacts::read(own, &settings);
        clock.lap("cargo's files");
        // sccache answers while the rest is read.
        let sccache = sccache::Pending::start(&shell);
        clock.lap("starting sccache for the next server's settings");
        let server = server::Pending::start(&shell.env, sccache.answering());
        clock.lap("finding servers, and starting sccache for the running one");
        let git = Repository::around(shell.own.cwd());
        clock.lap("git's worktrees");
        let cargo = cargo::CargoFacts::read(settings, &shell, git.as_ref(), depth);
        clock.lap("the workspace, and its target directory");
        let repository = RepositoryFacts::read(git, &shell, &cargo);
        clock.lap("comparing other worktrees");
        let sccache = sccache.wait(&shell.env, depth);
        clock.lap("waiting for the next server's settings, and the cache directory");
        let next_dir = sccache.cache_dir.as_ref().map(|dir| dir.path.as_path());
        let server = server.wait(shell.uid, next_dir);
        clock.lap("waiting for the running server");
        Self {
            sccache,
            server,
            cargo,
            repository,
            shell,
            timings: clock.timings(),
        }
    }

    /// The same for each workspace of the shell, first the one around the working directory if there is one. What does
    /// not depend on the workspace is read once, unless `[env]` in it changes the environment.
    pub fn of_projects(shell: &Environment, depth: Depth) -> Vec<Self> {
        let dirs = projects::of(shell, depth);
        let mut all: Vec<Self> = Vec::new();
        for dir in dirs {
            let there = shell.at(&dir);
            let mut facts = match all.first() {
                Some(first) => first.beside(there, depth),
                None => Self::gather(there, depth),
            };
            facts.repository.is_elsewhere = dir != shell.cwd();
            all.push(facts);
        }
        all
    }

    fn beside(&self, own: Environment, depth: Depth) -> Self {
        let settings = Cargo::read(&own);
        let env = settings.environment(&own);
        if !env.all_given().eq(self.shell.env.all_given()) {
            return Self::gather(own, depth);
        }
        let shell = ShellFacts {
            env,
            own,
            ..self.shell.clone()
        };
        let git = Repository::around(shell.own.cwd());
        let cargo = cargo::CargoFacts::read(settings, &shell, git.as_ref(), depth);
        Self {
            repository: RepositoryFacts::read(git, &shell, &cargo),
            cargo,
            shell,
            ..self.clone()
        }
    }

    /// Whether cargo's wrapper is an sccache, ours or plain.
    pub fn caches_rust(&self) -> bool {
        let wrapper = self.cargo.settings.wrapper.as_ref();
        wrapper.and_then(|wrapper| wrapper.value.file_stem()) == Some(real_sccache::NAME.as_ref())
    }

    /// The worktree around the working directory, unless it contains the user's home (a home in git is not a temporary
    /// worktree).
    pub fn worktree_to_itself(&self) -> Option<&Path> {
        let root = self.repository.git.as_ref()?.root.as_path();
        let home = self.shell.env.path("HOME");
        (!home.is_some_and(|home| home.starts_with(root))).then_some(root)
    }

    /// The TOML files with settings: sccache's and cargo's.
    pub fn toml_files(&self) -> impl Iterator<Item = &TomlFile> {
        self.sccache
            .toml()
            .into_iter()
            .chain(&self.cargo.settings.configs)
            .chain(&self.cargo.settings.manifest)
    }

    /// Whether Rust is cached by plain sccache, without the normal form of our wrapper.
    pub fn caches_rust_plainly(&self) -> bool {
        self.caches_rust() && !self.wrapper_is_ours()
    }

    /// Whether cargo's wrapper is ours, and on.
    pub fn wrapper_is_ours(&self) -> bool {
        let wrapper = self.cargo.settings.wrapper.as_ref();
        let program = wrapper.and_then(|wrapper| self.find_program(&wrapper.value));
        !self.is_switched_off() && program.is_some_and(|path| real_sccache::is_ours(&path))
    }

    /// Whether our wrapper is switched off.
    pub fn is_switched_off(&self) -> bool {
        self.shell.env.text(names::SWITCH).as_deref() == Some("off")
    }

    /// Whether worktrees share the members of the workspace.
    pub fn shares_members(&self) -> bool {
        let is_tried = self.sccache_version().is_none_or(versions::is_tried);
        let is_on = self.shell.env.text(names::SHARE_MEMBERS).as_deref() != Some("false");
        let is_possible = || self.shell.stranger.is_none() && observe::is_possible();
        self.wrapper_is_ours() && is_on && is_tried && is_possible()
    }

    /// The program as a shell would find it: a path as it is, a bare name on PATH.
    pub fn find_program(&self, program: &Path) -> Option<PathBuf> {
        real_sccache::find_program(program, self.shell.own.get("PATH"), self.shell.own.cwd())
    }

    /// The variables that replace the config file's whole `[cache.disk]` table.
    pub fn disk_table_from_env(&self) -> Vec<&'static str> {
        disk_table::replaced_by(&self.shell.env)
    }

    /// A value in the config file's `[cache.disk]`; `None` if a variable replaces that table.
    pub fn disk_setting(&self, key: &str) -> Option<Setting<&Item>> {
        let is_replaced = !self.disk_table_from_env().is_empty();
        self.sccache.in_config(&["cache", "disk", key]).filter(|_| !is_replaced)
    }

    /// The version of the running server, else of the program that would start one.
    pub fn sccache_version(&self) -> Option<Version> {
        let running = self.server.running().and_then(Answer::version);
        running.or_else(|| self.sccache.planned()?.version())
    }

    /// How many other worktrees the repository has.
    pub fn other_worktrees(&self) -> usize {
        let git = self.repository.git.as_ref();
        git.map_or(0, |repository| repository.others().count())
    }

    /// Whether the cache's size limit matters. A CI machine mostly discards its cache, and nobody can change the
    /// setting there; but a cache that is half full was kept.
    pub fn limit_matters(&self, limit: Size) -> bool {
        !self.shell.own.is_ci() || self.cache_used().is_some_and(|used| used.0 > limit.0 / 2)
    }

    /// The size of the next server's cache: as the running server counted it, if it has the same cache, else as counted
    /// here; `None` in a quick reading without such a server.
    pub fn cache_used(&self) -> Option<Size> {
        let planned = self.sccache.planned()?.cache_location.as_deref();
        let running = self
            .server
            .running()
            .filter(|running| running.cache_location.as_deref() == planned);
        let known = running.and_then(|running| running.cache_size).map(Size);
        known.or(self.sccache.cache_counted)
    }
}
