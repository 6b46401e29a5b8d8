//! All reading of the world outside; a missing thing is a value, never an abort.

pub mod answer;
pub mod cache_dir;
pub mod clock;
pub mod cmake;
pub mod config_file;
pub mod deep;
pub mod disk_table;
mod error_log;
mod git_config;
mod jj;
mod key_variables;
pub mod listener;
pub mod process;
mod projects;
pub mod real_sccache;
pub mod remote;
pub mod routes;
pub mod sharers;
pub mod siblings;
pub mod target;
pub mod units;
pub mod worktrees;

use std::path::{Path, PathBuf};

use answer::{Answer, Blame, NoAnswer, Question};
use cache_dir::CacheDir;
use clock::{Clock, Timing};
use config_file::{ConfigFile, Content};
use deep::Deep;
use listener::{Address, Listener};
use process::{Process, Scan};
use remote::Remote;
use routes::Routes;
use sharers::Sharer;
use target::Target;
use worktrees::Repository;

use crate::cargo::Cargo;
use crate::environment::{Environment, names};
use crate::form;
use crate::own_dir::Stranger;
use crate::size::Size;
use crate::tmp_dir::{self, Fault};
use crate::toml_file::TomlFile;
use crate::version::Version;

/// All that decides whether caching works here; the checks judge by this alone.
#[derive(Debug, Clone)]
pub struct Facts {
    /// What cargo gives to the compiler's wrapper, and so to a server that a build starts: the shell's, with `[env]` of
    /// cargo's configuration over it.
    pub env: Environment,
    /// This process's environment, which cargo itself reads.
    pub shell: Environment,
    /// The real sccache, where there is one.
    pub sccache: Option<PathBuf>,
    /// The user's config file; `None` where there is no home to look in.
    pub config: Option<ConfigFile>,
    /// The cache that is not on this disk, where one is asked for.
    pub remote: Option<Remote>,
    /// What a server started here would have; `None` without an sccache, or where it could not be asked.
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
    /// Other servers of this machine that use the same cache directory.
    pub sharers: Vec<Sharer>,
    /// What the running server has; `None` where nobody listens or no sccache can be asked.
    pub running: Option<Result<Answer, NoAnswer>>,
    /// Whether the running server's cache directory is gone.
    pub running_dir_is_gone: bool,
    /// The running server's version, where it does not answer and its program does.
    pub silent_version: Option<Version>,
    /// Cargo's settings.
    pub cargo: Cargo,
    /// The ways by which compiles come to an sccache.
    pub routes: Routes,
    /// The program that cargo's wrapper really is, behind any links.
    pub wrapper_path: Option<PathBuf>,
    /// Whether that is a script that calls an sccache.
    pub wrapper_calls_sccache: bool,
    /// Whether CARGO_HOME is another name of `~/.cargo`.
    pub cargo_home_is_alias: bool,
    /// The git repository around the working directory.
    pub repository: Option<Repository>,
    /// Whether the workspace lies below where the shell stands, or elsewhere in its repository.
    pub is_elsewhere: bool,
    /// Cargo's target directory here.
    pub target: Option<Target>,
    /// The least cache size that the flake wants.
    pub wanted_size: Option<Size>,
    /// Whether the directory of the server's socket is there; true for a port.
    pub socket_dir_exists: bool,
    /// Who could change what the wrapper keeps in the user's cache directory.
    pub stranger: Option<Stranger>,
    /// What is wrong with the file that SCCACHE_ERROR_LOG names.
    pub error_log_fault: Option<String>,
    /// What is wrong with this shell's TMPDIR, where it is set.
    pub tmpdir_fault: Option<Fault>,
    /// What takes longer; `None` at the door of a shell.
    pub deep: Option<Deep>,
    /// What each part of the reading cost.
    pub timings: Vec<Timing>,
}

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What a shell's door has time for.
    Door,
    /// Everything.
    All,
}

impl Facts {
    /// Reads everything; never longer than the time limit of sccache's answers.
    pub fn gather(shell: Environment, depth: Depth) -> Self {
        let mut clock = Clock::start();
        let cargo = Cargo::read(&shell);
        let env = cargo.environment(&shell);
        clock.lap("cargo's files");
        let sccache = real_sccache::find(None, env.get("PATH"));
        let config = ConfigFile::read(&env);
        // sccache would wait for such a file, or read it for longer than anybody waits here.
        let holds = |config: &ConfigFile| matches!(config.content, Content::Endless(_) | Content::TooLong(_));
        let asked = sccache.as_deref().filter(|_| !config.as_ref().is_some_and(holds));
        // Both questions run while the rest is read.
        let planned = asked.map(|sccache| answer::ask_planned(sccache, &env));
        clock.lap("sccache, and the question what it would do");
        let address = Address::of(&env);
        let bound = listener::at(&address);
        let running = asked
            .filter(|_| bound.is_some())
            .map(|sccache| answer::ask_running(sccache, &env));
        let mut scan = Scan::begin(env.cwd());
        let listener = bound.map(|bound| bound.listener(&mut scan));
        let uid = rustix::process::geteuid().as_raw();
        let known = listener.as_ref().and_then(|listener| listener.process.as_ref());
        let other_servers = scan.other_servers(known.map(|process| process.pid));
        clock.lap("servers, and the question to the one here");
        let wrapper_path = wrapper_path(&shell, &cargo);
        let repository = Repository::around(env.cwd());
        clock.lap("git's worktrees");
        let root = repository.as_ref().map_or(env.cwd(), |repository| &repository.root);
        let routes = Routes::read(&env, &shell, &cargo, root);
        clock.lap("the ways to sccache");
        let target = Target::read(&shell, &cargo, repository.as_ref());
        clock.lap("the target directory");
        let planned = planned.map(Question::wait);
        clock.lap("waiting for what sccache would do");
        let running = running.map(Question::wait);
        clock.lap("waiting for the server");
        let dir_of = |answer: &Option<Result<Answer, NoAnswer>>| answer.as_ref()?.as_ref().ok()?.cache_dir();
        let (next_dir, running_dir) = (dir_of(&planned), dir_of(&running));
        let used_dir = running_dir.as_deref().or(next_dir.as_deref());
        let cache_dir = next_dir.as_deref().map(|dir| CacheDir::read(dir, env.path("HOME")));
        clock.lap("the cache's directory");
        let deep = (depth == Depth::All).then(|| {
            let config = config.as_ref().and_then(|config| config.true_path.as_deref());
            Deep::read(&shell, &cargo, repository.as_ref(), next_dir.as_deref(), config)
        });
        clock.lap("the closer look");
        Self {
            deep,
            cache_dir,
            timings: clock.timings(),
            sharers: used_dir.map_or_else(Vec::new, |dir| sharers::of(dir, &other_servers)),
            running_dir_is_gone: running_dir.as_deref().is_some_and(|dir| !dir.exists()),
            broken_version: match (&sccache, &planned) {
                (Some(sccache), Some(Err(NoAnswer::Failed(_)))) => answer::ask_version(sccache),
                _ => None,
            },
            silent_version: match (known, &running) {
                (Some(process), Some(Err(NoAnswer::Failed(_)))) if process.uid == Some(uid) => version_of(process),
                _ => None,
            },
            socket_dir_exists: address.dir().is_none_or(Path::is_dir),
            wrapper_calls_sccache: wrapper_path.as_deref().is_some_and(real_sccache::is_called_by),
            wrapper_path,
            cargo_home_is_alias: cargo_home_is_alias(&shell, &cargo),
            remote: remote::wanted(&env, config.as_ref()),
            stranger: form::store::stranger(&env),
            error_log_fault: error_log::fault(&env, sccache.as_deref()),
            uid,
            wanted_size: env.text(names::CACHE_SIZE).and_then(|size| size.parse().ok()),
            tmpdir_fault: env.get("TMPDIR").and_then(|dir| tmp_dir::fault(dir.as_ref())),
            config,
            routes,
            target,
            cargo,
            repository,
            planned,
            running,
            sccache,
            address,
            is_elsewhere: false,
            listener,
            env,
            shell,
        }
    }

    /// The same for each workspace that the shell is for: the first is the one around it where there is one. What is not
    /// cargo's is read once, unless cargo gives another environment there.
    pub fn of_projects(shell: &Environment, depth: Depth) -> Vec<Self> {
        let dirs = projects::of(shell, depth);
        let mut all: Vec<Self> = Vec::new();
        for dir in dirs {
            let there = shell.at(&dir);
            let mut facts = match all.first() {
                Some(first) => first.beside(there, depth),
                None => Self::gather(there, depth),
            };
            facts.is_elsewhere = dir != shell.cwd();
            all.push(facts);
        }
        all
    }

    fn beside(&self, shell: Environment, depth: Depth) -> Self {
        let cargo = Cargo::read(&shell);
        let env = cargo.environment(&shell);
        if !env.all_given().eq(self.env.all_given()) {
            return Self::gather(shell, depth);
        }
        let wrapper_path = wrapper_path(&shell, &cargo);
        let repository = Repository::around(shell.cwd());
        let root = repository.as_ref().map_or(shell.cwd(), |repository| &repository.root);
        let deep = self.deep.as_ref().map(|deep| Deep {
            cache_used: deep.cache_used,
            ..Deep::read(&shell, &cargo, repository.as_ref(), None, None)
        });
        Self {
            routes: Routes::read(&env, &shell, &cargo, root),
            target: Target::read(&shell, &cargo, repository.as_ref()),
            wrapper_calls_sccache: wrapper_path.as_deref().is_some_and(real_sccache::is_called_by),
            cargo_home_is_alias: cargo_home_is_alias(&shell, &cargo),
            wrapper_path,
            deep,
            cargo,
            repository,
            env,
            shell,
            ..self.clone()
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

    /// The TOML files that decide here: sccache's, and cargo's.
    pub fn toml_files(&self) -> impl Iterator<Item = &TomlFile> {
        let config = self.config.as_ref().and_then(|config| config.toml());
        config
            .into_iter()
            .chain(&self.cargo.configs)
            .chain(&self.cargo.manifest)
    }

    /// The config file's path for messages.
    pub fn config_path(&self) -> Option<String> {
        Some(self.config.as_ref()?.path.display().to_string())
    }

    /// Whether Rust is cached by plain sccache, without the normal form of our wrapper.
    pub fn caches_rust_plainly(&self) -> bool {
        self.caches_rust() && !self.wrapper_is_ours()
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
        real_sccache::find_program(program, self.shell.get("PATH"), self.shell.cwd())
    }

    /// The variables that replace the config file's whole `[cache.disk]` table.
    pub fn disk_table_from_env(&self) -> Vec<&'static str> {
        disk_table::replaced_by(&self.env)
    }

    /// Whether anybody cares how large the cache may grow. On a CI machine it is mostly thrown away, and whoever enters
    /// the shell there can mend nothing; but one that is half full has been kept.
    pub fn limit_matters(&self, limit: Size) -> bool {
        !self.shell.is_ci() || self.cache_used().is_some_and(|used| used.0 > limit.0 / 2)
    }

    /// What lies in the next server's cache: what the running server knows, where it has the same, else what was
    /// counted; `None` at the door of a shell, where nothing is counted.
    pub fn cache_used(&self) -> Option<Size> {
        let planned = self.planned()?.cache_location.as_deref();
        let running = self
            .running()
            .filter(|running| running.cache_location.as_deref() == planned);
        let known = running.and_then(|running| running.cache_size).map(Size);
        known.or_else(|| self.deep.as_ref()?.cache_used)
    }
}

/// The version of a server's program, also where it has been deleted or is of another version than ours.
fn version_of(process: &Process) -> Option<Version> {
    answer::ask_version(&PathBuf::from(format!("/proc/{}/exe", process.pid)))
}

fn wrapper_path(env: &Environment, cargo: &Cargo) -> Option<PathBuf> {
    let program = &cargo.wrapper.as_ref()?.value;
    let path = real_sccache::find_program(program, env.get("PATH"), env.cwd())?;
    std::fs::canonicalize(path).ok()
}

fn cargo_home_is_alias(env: &Environment, cargo: &Cargo) -> bool {
    let (Some(named), Some(home)) = (cargo.home.as_ref(), env.path("HOME")) else {
        return false;
    };
    let default = home.join(".cargo");
    let is_same = std::fs::canonicalize(&named.value)
        .is_ok_and(|named| std::fs::canonicalize(&default).is_ok_and(|default| named == default));
    named.value != default && is_same
}
