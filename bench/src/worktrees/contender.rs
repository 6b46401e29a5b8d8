//! The caches that are compared, each set up as its own documentation says.

use std::env;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

use super::counted::{Counted, Counter};
use super::cpu;

/// Which cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Cargo alone, incremental as it is by default.
    None,
    /// sccache as `RUSTC_WRAPPER`.
    Sccache,
    /// The same with our wrapper.
    Ours,
    /// kache as `RUSTC_WRAPPER`, with its daemon.
    Kache,
    /// mbx in cargo's place.
    Mbx,
}

impl Kind {
    pub(crate) const ALL: [Self; 5] = [Self::None, Self::Sccache, Self::Ours, Self::Kache, Self::Mbx];

    /// All that can be measured on this machine.
    pub(crate) fn present() -> Vec<Self> {
        Self::ALL
            .into_iter()
            .filter(|kind| *kind != Self::Kache || on_path("kache").is_some())
            .filter(|kind| *kind != Self::Mbx || on_path("mbx").is_some())
            .collect()
    }

    /// Its name on the command line and in the table.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sccache => "sccache",
            Self::Ours => "sccache-shell",
            Self::Kache => "kache",
            Self::Mbx => "mbx",
        }
    }

    /// The version that is measured.
    pub(crate) fn version(self) -> String {
        match self {
            Self::None => machine::version("cargo"),
            Self::Sccache | Self::Ours => machine::version("sccache"),
            Self::Kache => machine::version("kache"),
            Self::Mbx => machine::version("mbx"),
        }
    }
}

/// One cache, empty, with a home, a server and directories of its own.
pub(crate) struct Contender {
    pub(crate) kind: Kind,
    pub(crate) home: Home,
    counter: Counter,
}

impl Contender {
    /// Sets it up and starts its server, so that no build waits for that.
    pub(crate) fn start(kind: Kind) -> Self {
        let home = Home::with_cache_size("24G");
        let log = home.path().join("server.log");
        let counter = match kind {
            // mbx prints its counters for people only.
            Kind::None | Kind::Mbx => Counter::None,
            Kind::Sccache | Kind::Ours => Counter::Sccache { log: log.clone() },
            Kind::Kache => Counter::Kache {
                events: store(&home).join("events.jsonl"),
            },
        };
        match kind {
            Kind::None | Kind::Mbx => {}
            Kind::Sccache | Kind::Ours => {
                let mut start = home.command(machine::program("sccache"));
                // The log lines that name what missed; the same for both.
                start
                    .env("SCCACHE_LOG", "sccache::compiler::compiler=debug")
                    .env("SCCACHE_ERROR_LOG", log);
                drop(Output::of(start.arg("--start-server")).ok());
            }
            Kind::Kache => drop(Output::of(kache_command(&home).args(["daemon", "start"])).ok()),
        }
        if kind == Kind::Ours {
            wrapper_directory(&home);
        }
        Self { kind, home, counter }
    }

    /// A program in this contender's environment.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.home.command(program);
        match self.kind {
            Kind::None => {}
            Kind::Mbx => {
                command.env("MBX_DISPLAY", "plain");
            }
            // As sccache's README says, and also for C and C++ by CMake.
            Kind::Sccache => {
                command.env("RUSTC_WRAPPER", machine::program("sccache"));
                common_to_sccache(&mut command);
            }
            Kind::Ours => {
                let wrapper = wrapper_directory(&self.home);
                let path = machine::path();
                let path = std::iter::once(wrapper.clone()).chain(env::split_paths(&path));
                command.env("RUSTC_WRAPPER", wrapper.join("sccache"));
                command.env("PATH", env::join_paths(path).expect("no colon in it"));
                common_to_sccache(&mut command);
            }
            Kind::Kache => {
                command.env("RUSTC_WRAPPER", on_path("kache").expect("it was there"));
                command.env("KACHE_CACHE_DIR", store(&self.home));
                // What `kache init` writes into cargo's configuration, for C and C++ of build scripts.
                command.env("HOST_CC", "kache cc").env("HOST_CXX", "kache c++");
                command.env("CC_KNOWN_WRAPPER_CUSTOM", "kache");
            }
        }
        command
    }

    /// The program that builds and cleans.
    pub(crate) fn builder(&self) -> Command {
        self.command(match self.kind {
            Kind::Mbx => on_path("mbx").expect("it was there"),
            _ => machine::program("cargo"),
        })
    }

    /// Hits and misses so far.
    pub(crate) fn counted(&self) -> Counted {
        self.counter.read(&self.home)
    }

    /// Processor seconds so far, of all builds and of the server; `None` if the system does not report them.
    pub(crate) fn cpu(&self) -> Option<f64> {
        let server = match self.kind {
            Kind::None | Kind::Mbx => None,
            Kind::Sccache | Kind::Ours => Some(self.home.server().running()),
            Kind::Kache => Some(daemon(&self.home)),
        };
        cpu::seconds(server)
    }

    /// Stops its server. Its directories are removed with its home.
    pub(crate) fn stop(self) {
        if self.kind == Kind::Kache {
            drop(Output::of(kache_command(&self.home).args(["daemon", "stop"])));
        }
    }
}

fn common_to_sccache(command: &mut Command) {
    command.env("CARGO_INCREMENTAL", "0");
    for language in ["C", "CXX"] {
        command.env(format!("CMAKE_{language}_COMPILER_LAUNCHER"), "sccache");
    }
}

/// As the module makes it: links to the helper and to the real sccache.
fn wrapper_directory(home: &Home) -> PathBuf {
    let dir = home.path().join("libexec/sccache-shell");
    if !dir.is_dir() {
        fs::create_dir_all(&dir).expect("the home is writable");
        symlink(helper(), dir.join("sccache")).expect("the home is writable");
        symlink(machine::program("sccache"), dir.join("real")).expect("the home is writable");
    }
    dir
}

/// The helper that is measured.
pub(crate) fn helper() -> PathBuf {
    let helper = env::var_os("SCCACHE_SHELL_BENCH_HELPER").expect("bench/worktrees sets it");
    PathBuf::from(helper)
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&machine::path())
        .map(|dir| dir.join(program))
        .find(|file| file.is_file())
}

fn store(home: &Home) -> PathBuf {
    home.path().join("kache")
}

/// kache's daemon.
fn daemon(home: &Home) -> u32 {
    let state = fs::read_to_string(store(home).join("daemon.state.json")).unwrap_or_default();
    let state: serde_json::Value = serde_json::from_str(&state).unwrap_or_default();
    let pid = state["pid"].as_u64().and_then(|pid| pid.try_into().ok());
    pid.expect("kache's daemon runs")
}

fn kache_command(home: &Home) -> Command {
    let mut command = home.command(on_path("kache").as_deref().unwrap_or(Path::new("kache")));
    command.env("KACHE_CACHE_DIR", store(home));
    command
}
