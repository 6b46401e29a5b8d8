//! A user's home: its own `HOME`, sccache configuration, cache and server, without the caller's environment.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::machine;
use crate::output::Output;
use crate::server::Server;
use crate::stats::Stats;

/// The variables that a shell takes from the machine. All others are set here.
const KEPT: [&str; 5] = ["LC_ALL", "SSL_CERT_FILE", "NIX_SSL_CERT_FILE", "NIX_CONFIG", "NIX_PATH"];

/// A home directory that is removed, and whose sccache server is stopped, when it is dropped.
pub struct Home {
    // Fields are dropped in order: the server goes before the directory that it writes to.
    server: Server,
    dir: TempDir,
}

impl Home {
    /// A new home without an sccache configuration and without a server.
    ///
    /// # Panics
    /// If the test cache cannot be written.
    pub fn new() -> Self {
        let dir = tempfile::Builder::new().prefix("home.").tempdir_in(machine::scratch());
        Self {
            server: Server::on_free_port(),
            dir: dir.expect("the test cache is writable"),
        }
    }

    /// A new home whose sccache configuration keeps `size` (sccache's syntax, such as `24G`).
    pub fn with_cache_size(size: &str) -> Self {
        let home = Self::new();
        home.configure(&format!("[cache.disk]\nsize = \"{size}\"\n"));
        home
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// The path where sccache looks for its configuration.
    pub fn config_file(&self) -> PathBuf {
        if cfg!(target_os = "macos") {
            self.path().join("Library/Application Support/Mozilla.sccache/config")
        } else {
            self.path().join(".config/sccache/config")
        }
    }

    /// Writes sccache's configuration file.
    pub fn configure(&self, text: &str) {
        let file = self.config_file();
        fs::create_dir_all(file.parent().expect("it has one")).expect("the home is writable");
        fs::write(file, text).expect("the home is writable");
    }

    /// This user's sccache server, running or not.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A program with the environment of a new login shell of this user.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear();
        for name in KEPT {
            if let Some(value) = env::var_os(name) {
                command.env(name, value);
            }
        }
        command
            .env("PATH", machine::path())
            .env("HOME", self.path())
            .env("USER", "tester")
            .env("CARGO_HOME", machine::cargo_home())
            .env("SCCACHE_SERVER_PORT", self.server.port().to_string());
        command
    }

    /// The counters of this user's running server; all zero without one.
    pub fn stats(&self) -> Stats {
        let out = Output::of(
            self.command(machine::program("sccache"))
                .args(["--show-stats", "--stats-format=json"]),
        );
        Stats::parse(out.ok().stdout())
    }
}

impl Default for Home {
    fn default() -> Self {
        Self::new()
    }
}
