//! All reading of the world outside, as five values; a missing thing is a value, never an abort.

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
mod key_variables;
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

use clock::{Clock, Timing};
use repository::RepositoryFacts;
use shell::ShellFacts;

use crate::cargo::Cargo;
use crate::environment::Environment;
use crate::git::Repository;
use crate::real_sccache;
use crate::size::Size;
use crate::toml_file::TomlFile;

pub use depth::Depth;

/// All that decides whether caching works here; the checks judge by this alone.
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
    /// What each part of the reading cost.
    pub timings: Vec<Timing>,
}

impl Facts {
    /// Reads everything; never longer than the time limit of sccache's answers.
    pub fn gather(own: Environment, depth: Depth) -> Self {
        let mut clock = Clock::start();
        let settings = Cargo::read(&own);
        let shell = ShellFacts::read(own, &settings);
        clock.lap("cargo's files");
        // Both questions run while the rest is read.
        let sccache = sccache::Pending::start(&shell.env);
        clock.lap("sccache, and the question what it would do");
        let server = server::Pending::start(&shell.env, sccache.answering());
        clock.lap("servers, and the question to the one here");
        let git = Repository::around(shell.own.cwd());
        clock.lap("git's worktrees");
        let cargo = cargo::CargoFacts::read(settings, &shell, git.as_ref(), depth);
        clock.lap("the workspace, and its target directory");
        let repository = RepositoryFacts::read(git, &shell, &cargo);
        clock.lap("what other worktrees share");
        let sccache = sccache.wait(&shell.env, depth);
        clock.lap("waiting for what sccache would do, and the cache's directory");
        let next_dir = sccache.cache_dir.as_ref().map(|dir| dir.path.as_path());
        let server = server.wait(shell.uid, next_dir);
        clock.lap("waiting for the server");
        Self {
            sccache,
            server,
            cargo,
            repository,
            shell,
            timings: clock.timings(),
        }
    }

    /// The same for each workspace that the shell is for: the first is the one around it where there is one. What is
    /// not cargo's is read once, unless cargo gives another environment there.
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
        let wrapper = self
            .cargo
            .settings
            .wrapper
            .as_ref()
            .map(|wrapper| wrapper.value.as_path());
        wrapper.and_then(Path::file_stem) == Some(real_sccache::NAME.as_ref())
    }

    /// The worktree around the working directory, unless the user's home lies in it (a home that is kept in git is no
    /// worktree that comes and goes).
    pub fn worktree_to_itself(&self) -> Option<&Path> {
        let root = self.repository.git.as_ref()?.root.as_path();
        let home = self.shell.env.path("HOME");
        (!home.is_some_and(|home| home.starts_with(root))).then_some(root)
    }

    /// The TOML files that decide here: sccache's, and cargo's.
    pub fn toml_files(&self) -> impl Iterator<Item = &TomlFile> {
        let config = self.sccache.config.as_ref().and_then(|config| config.toml());
        config
            .into_iter()
            .chain(&self.cargo.settings.configs)
            .chain(&self.cargo.settings.manifest)
    }

    /// Whether Rust is cached by plain sccache, without the normal form of our wrapper.
    pub fn caches_rust_plainly(&self) -> bool {
        self.caches_rust() && !self.wrapper_is_ours()
    }

    /// Whether cargo's wrapper is ours, which gives sccache a good TMPDIR by itself.
    pub fn wrapper_is_ours(&self) -> bool {
        self.cargo
            .settings
            .wrapper
            .as_ref()
            .and_then(|wrapper| self.find_program(&wrapper.value))
            .is_some_and(|path| real_sccache::is_ours(&path))
    }

    /// The program as a shell would find it: a path as it is, a bare name on PATH.
    pub fn find_program(&self, program: &std::path::Path) -> Option<PathBuf> {
        real_sccache::find_program(program, self.shell.own.get("PATH"), self.shell.own.cwd())
    }

    /// The variables that replace the config file's whole `[cache.disk]` table.
    pub fn disk_table_from_env(&self) -> Vec<&'static str> {
        disk_table::replaced_by(&self.shell.env)
    }

    /// Whether anybody cares how large the cache may grow. On a CI machine it is mostly thrown away, and whoever enters
    /// the shell there can mend nothing; but one that is half full has been kept.
    pub fn limit_matters(&self, limit: Size) -> bool {
        !self.shell.own.is_ci() || self.cache_used().is_some_and(|used| used.0 > limit.0 / 2)
    }

    /// What lies in the next server's cache: what the running server knows, where it has the same, else what was
    /// counted; `None` in a quick reading, where nothing is counted.
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
