//! All reading of the world outside; a missing thing is a value, never an abort.

pub mod answer;
pub mod cargo;
pub mod cmake;
pub mod config_file;
pub mod environment;
pub mod listener;
pub mod real_sccache;
pub mod routes;
pub mod target;
pub mod toml_file;
pub mod worktrees;

use std::path::PathBuf;

use answer::{Answer, NoAnswer};
use cargo::Cargo;
use config_file::ConfigFile;
use environment::{Environment, names};
use listener::{Address, Listener};
use routes::Routes;
use target::Target;
use worktrees::Repository;

use crate::size::Size;
use crate::tmp_dir::{self, Fault};

/// All that decides whether caching works here; the checks judge by this alone.
#[derive(Debug, Clone)]
pub struct Facts {
    /// This process's environment.
    pub env: Environment,
    /// The real sccache, where there is one.
    pub sccache: Option<PathBuf>,
    /// The user's config file; `None` where there is no home to look in.
    pub config: Option<ConfigFile>,
    /// What a server started here would have; `None` without an sccache.
    pub planned: Option<Result<Answer, NoAnswer>>,
    /// Where the server is expected.
    pub address: Address,
    /// Who listens there.
    pub listener: Option<Listener>,
    /// What the running server has; `None` where nobody listens or there is no sccache to ask with.
    pub running: Option<Result<Answer, NoAnswer>>,
    /// Cargo's settings.
    pub cargo: Cargo,
    /// The ways by which compiles come to an sccache.
    pub routes: Routes,
    /// The git repository around the working directory.
    pub repository: Option<Repository>,
    /// Cargo's target directory here.
    pub target: Option<Target>,
    /// The least cache size that the flake wants.
    pub wanted_size: Option<Size>,
    /// What is wrong with this shell's TMPDIR, where it is set.
    pub tmpdir_fault: Option<Fault>,
}

impl Facts {
    /// Reads everything; never longer than the time limit of sccache's answers.
    pub fn gather(env: Environment) -> Self {
        let sccache = real_sccache::find(None, env.get("PATH"));
        // Both questions run while the rest is read.
        let planned = sccache.as_deref().map(answer::ask_planned);
        let address = Address::of(&env);
        let listener = listener::find(&address);
        let running = match (&sccache, &listener) {
            (Some(sccache), Some(_)) => Some(answer::ask_running(sccache)),
            _ => None,
        };
        let cargo = Cargo::read(&env);
        let repository = Repository::around(env.cwd());
        let root = repository.as_ref().map_or(env.cwd(), |repository| &repository.root);
        Self {
            config: ConfigFile::read(&env),
            routes: Routes::read(&env, &cargo, root),
            target: Target::read(&env, &cargo, repository.as_ref()),
            cargo,
            repository,
            wanted_size: env.text(names::CACHE_SIZE).and_then(|size| size.parse().ok()),
            tmpdir_fault: env.get("TMPDIR").and_then(|dir| tmp_dir::fault(dir.as_ref())),
            planned: planned.map(answer::Question::wait),
            running: running.map(answer::Question::wait),
            sccache,
            address,
            listener,
            env,
        }
    }

    /// What a server started here would have, where sccache said so.
    pub fn planned(&self) -> Option<&Answer> {
        self.planned.as_ref()?.as_ref().ok()
    }

    /// What the running server has, where it said so.
    pub fn running(&self) -> Option<&Answer> {
        self.running.as_ref()?.as_ref().ok()
    }

    /// The config file's path for messages.
    pub fn config_path(&self) -> Option<String> {
        Some(self.config.as_ref()?.path.display().to_string())
    }

    /// Whether cargo's wrapper is ours, which gives sccache a good TMPDIR by itself.
    pub fn wrapper_is_ours(&self) -> bool {
        self.cargo
            .wrapper
            .as_ref()
            .and_then(|wrapper| self.find_program(&wrapper.value))
            .is_some_and(|path| real_sccache::is_ours(&path))
    }

    /// The program as a shell would find it: a path as it is, a bare name on PATH.
    pub fn find_program(&self, program: &std::path::Path) -> Option<PathBuf> {
        real_sccache::find_program(program, self.env.get("PATH"), self.env.cwd())
    }

    /// The variables that replace the config file's whole `[cache.disk]` table (`config_from_env`, "Local", in
    /// sccache's `src/config.rs`). A value that sccache passes over counts as unset.
    pub fn disk_table_from_env(&self) -> Vec<&'static str> {
        let is_mode = |text: &str| matches!(text.to_uppercase().as_str(), "READ_ONLY" | "READ_WRITE");
        let counts = |name: &str| {
            self.env.text(name).is_some_and(|text| match name {
                "SCCACHE_CACHE_SIZE" => text.parse::<Size>().is_ok(),
                "SCCACHE_DIRECT" => !text.is_empty(),
                "SCCACHE_LOCAL_RW_MODE" => is_mode(&text),
                // An empty path is a path, too.
                _ => true,
            })
        };
        DISK_TABLE.into_iter().filter(|name| counts(name)).collect()
    }
}

/// Any one of these replaces the whole table.
const DISK_TABLE: [&str; 4] = [
    "SCCACHE_DIR",
    "SCCACHE_CACHE_SIZE",
    "SCCACHE_DIRECT",
    "SCCACHE_LOCAL_RW_MODE",
];
