//! All reading of the world outside; a missing thing is a value, never an abort.

pub mod answer;
pub mod cache_dir;
pub mod cargo;
pub mod cmake;
pub mod config_file;
pub mod environment;
mod error_log;
pub mod listener;
pub mod process;
pub mod real_sccache;
pub mod routes;
pub mod target;
pub mod toml_file;
pub mod worktrees;

use std::path::{Path, PathBuf};

use answer::{Answer, Blame, NoAnswer, Question};
use cache_dir::CacheDir;
use cargo::Cargo;
use config_file::ConfigFile;
use environment::{Environment, names};
use listener::{Address, Listener};
use process::{Process, Scan};
use routes::Routes;
use target::Target;
use worktrees::Repository;

use crate::size::Size;
use crate::tmp_dir::{self, Fault};
use crate::version::Version;

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
    /// The version of the sccache that cannot say what it would have.
    pub broken_version: Option<Version>,
    /// The cache's directory, where the next server would keep it on this disk.
    pub cache_dir: Option<CacheDir>,
    /// This process's user.
    pub uid: u32,
    /// Where the server is expected.
    pub address: Address,
    /// Who listens there.
    pub listener: Option<Listener>,
    /// Every other sccache server of this machine that may be looked into.
    pub other_servers: Vec<Process>,
    /// What the running server has; `None` where nobody listens or there is no sccache to ask with.
    pub running: Option<Result<Answer, NoAnswer>>,
    /// The running server's version, where it does not answer and its program does.
    pub silent_version: Option<Version>,
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
    /// Whether the directory of the server's socket is there; true for a port.
    pub socket_dir_exists: bool,
    /// What is wrong with the file that SCCACHE_ERROR_LOG names.
    pub error_log_fault: Option<String>,
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
        let mut scan = Scan::begin(env.cwd());
        let listener = listener::find(&address, &mut scan);
        let running = match (&sccache, &listener) {
            (Some(sccache), Some(_)) => Some(answer::ask_running(sccache)),
            _ => None,
        };
        let uid = rustix::process::geteuid().as_raw();
        let known = listener.as_ref().and_then(|listener| listener.process.as_ref());
        let other_servers = scan.other_servers(known.map(|process| process.pid));
        let cargo = Cargo::read(&env);
        let repository = Repository::around(env.cwd());
        let root = repository.as_ref().map_or(env.cwd(), |repository| &repository.root);
        let routes = Routes::read(&env, &cargo, root);
        let target = Target::read(&env, &cargo, repository.as_ref());
        let config = ConfigFile::read(&env);
        let planned = planned.map(Question::wait);
        let running = running.map(Question::wait);
        let cache_dir = planned.as_ref().and_then(|planned| planned.as_ref().ok()?.cache_dir());
        Self {
            broken_version: match (&sccache, &planned) {
                (Some(sccache), Some(Err(NoAnswer::Failed(_)))) => answer::ask_version(sccache),
                _ => None,
            },
            silent_version: match (known, &running) {
                (Some(process), Some(Err(NoAnswer::Failed(_)))) if process.uid == Some(uid) => version_of(process),
                _ => None,
            },
            cache_dir: cache_dir.map(|dir| CacheDir::read(&dir, env.path("HOME"))),
            socket_dir_exists: address.dir().is_none_or(Path::is_dir),
            error_log_fault: error_log::fault(&env, sccache.as_deref()),
            uid,
            wanted_size: env.text(names::CACHE_SIZE).and_then(|size| size.parse().ok()),
            tmpdir_fault: env.get("TMPDIR").and_then(|dir| tmp_dir::fault(dir.as_ref())),
            config,
            other_servers,
            routes,
            target,
            cargo,
            repository,
            planned,
            running,
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

    /// The process at the server's address, where it is an sccache server.
    pub fn server(&self) -> Option<&Process> {
        let process = self.listener.as_ref()?.process.as_ref()?;
        (process.is_sccache() == Some(true)).then_some(process)
    }

    /// What a failing sccache says it is because of.
    pub fn blame(&self) -> Option<Blame<'_>> {
        self.planned.as_ref()?.as_ref().err()?.blame()
    }

    /// Whether somebody listens at the server's address, and is known not to be an sccache server.
    pub fn listener_is_something_else(&self) -> bool {
        let process = self.listener.as_ref().and_then(|listener| listener.process.as_ref());
        process.is_some_and(|process| process.is_sccache() == Some(false))
    }

    /// Whether cargo's wrapper is an sccache, ours or plain.
    pub fn caches_rust(&self) -> bool {
        let wrapper = self.cargo.wrapper.as_ref().map(|wrapper| wrapper.value.as_path());
        wrapper.and_then(Path::file_stem) == Some(real_sccache::NAME.as_ref())
    }

    /// The worktree around the working directory, unless the user's home lies in it (a home that is kept in git is no
    /// worktree that comes and goes).
    pub fn worktree_to_itself(&self) -> Option<&Path> {
        let root = self.repository.as_ref()?.root.as_path();
        let home = self.env.path("HOME");
        (!home.is_some_and(|home| home.starts_with(root))).then_some(root)
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
                "SCCACHE_DIRECT" => is_boolean(&text),
                "SCCACHE_LOCAL_RW_MODE" => is_mode(&text),
                // An empty path is a path, too.
                _ => true,
            })
        };
        DISK_TABLE.into_iter().filter(|name| counts(name)).collect()
    }
}

/// The version of a server's program, also where it has been deleted or is of another version than ours.
fn version_of(process: &Process) -> Option<Version> {
    answer::ask_version(&PathBuf::from(format!("/proc/{}/exe", process.pid)))
}

/// What sccache takes for a boolean (`bool_from_env_var` in its `src/config.rs`).
pub fn is_boolean(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "true" | "on" | "1" | "false" | "off" | "0"
    )
}

/// Any one of these replaces the whole table.
const DISK_TABLE: [&str; 4] = [
    "SCCACHE_DIR",
    "SCCACHE_CACHE_SIZE",
    "SCCACHE_DIRECT",
    "SCCACHE_LOCAL_RW_MODE",
];
