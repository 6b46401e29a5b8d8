//! What the tests of the binary share: a home, an sccache and a server of their own.

#![allow(
    clippy::print_stderr,
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each test binary uses its part of this"
)]

mod findings;
mod server;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

pub const HELPER: &str = env!("CARGO_BIN_EXE_sccache-shell");

/// Where sandboxes are made: as a home is, on a disk. `/tmp` may be in memory, which is a finding by itself.
const DISK: &str = "/var/tmp";

/// How `unshare` makes namespaces here: root needs no user namespace, and in a changed root may not have one.
pub fn unshare_rights() -> &'static [&'static str] {
    if rustix::process::geteuid().is_root() {
        &[]
    } else {
        &["--map-root-user"]
    }
}

/// The first sccache on PATH: the real one, or the test cannot say anything.
pub fn real_sccache() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|dir| dir.join("sccache"))
        .find(|path| path.is_file())
        .and_then(|path| fs::canonicalize(path).ok())
        .expect("no sccache on PATH: run the tests by tests/run, which brings one")
}

/// An older sccache, where the machine has one: what SCCACHE_017 (or SCCACHE_016) names, else one behind the first on
/// PATH. Debian's is 0.17, so `tests/run` has that; a 0.16 must be built by hand.
pub fn older_sccache(version: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named = std::env::var_os(format!("SCCACHE_{}", version.replace('.', ""))).map(PathBuf::from);
    let others = std::env::split_paths(&path).map(|dir| dir.join("sccache"));
    let is_it = |program: &PathBuf| {
        let output = Command::new(program).arg("--version").output();
        output.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).starts_with(&format!("sccache {version}.")))
    };
    let older = named.into_iter().chain(others).find(is_it);
    if older.is_none() {
        left_out(&format!("no sccache {version} on this machine"));
    }
    older
}

/// Says that a part of a test is not run, and why.
pub fn left_out(why: &str) {
    eprintln!("left out: {why}");
}

pub fn main_that_prints(text: &str) -> String {
    format!("fn main() {{ println!(\"{text}\"); }}\n")
}

/// A healthy shell in a home of its own: our wrapper first on PATH, a config of 24 GiB, nothing running.
pub struct Sandbox {
    dir: TempDir,
    vars: Vec<(OsString, OsString)>,
    sccache: PathBuf,
    cwd: PathBuf,
}

impl Sandbox {
    pub fn new() -> Self {
        Self::with_sccache(&real_sccache())
    }

    /// With this program as sccache.
    pub fn with_sccache(sccache: &Path) -> Self {
        let dir = tempfile::Builder::new().prefix("ss").tempdir_in(DISK).unwrap();
        let mut sandbox = Self {
            cwd: dir.path().join("project"),
            dir,
            vars: Vec::new(),
            sccache: sccache.to_owned(),
        };
        let libexec = sandbox.path("libexec/sccache-shell");
        fs::create_dir_all(&libexec).unwrap();
        symlink(HELPER, libexec.join("sccache")).unwrap();
        symlink(sccache, libexec.join("real")).unwrap();
        sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"24G\"\n");
        fs::create_dir_all(sandbox.path("project")).unwrap();
        sandbox.set("HOME", sandbox.path("home"));
        sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("s"));
        sandbox.set("SCCACHE_IDLE_TIMEOUT", "60");
        sandbox.set("RUSTC_WRAPPER", libexec.join("sccache"));
        sandbox.set("CARGO_INCREMENTAL", "0");
        // How much room this machine's disk has is not what a test is about, but for one.
        sandbox.set("SCCACHE_SHELL_IGNORE", "disk-too-small");
        sandbox.set("TMPDIR", "/var/tmp");
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(std::iter::once(libexec).chain(std::env::split_paths(&path))).unwrap();
        sandbox.set("PATH", path);
        // Cargo and rustup look for their own things in a home.
        for name in ["CARGO_HOME", "RUSTUP_HOME"] {
            let default = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
            let default = default.join(format!(".{}", name.to_lowercase().replace("_home", "")));
            let real = std::env::var_os(name).map_or(default, PathBuf::from);
            sandbox.set(name, sandbox.not_below_tmp(name, real));
        }
        sandbox
    }

    /// A cargo home below /tmp is a finding by itself, also where the tests' own home lies there: then by another name.
    fn not_below_tmp(&self, name: &str, dir: PathBuf) -> PathBuf {
        if !dir.starts_with("/tmp") {
            return dir;
        }
        let link = self.path(format!("real-{}", name.to_lowercase()));
        symlink(dir, &link).unwrap();
        link
    }

    /// A path in the sandbox.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    pub fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.write(name, format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    pub fn set(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.unset(name.as_ref());
        self.vars.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub fn unset(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.vars.retain(|(known, _)| known != name.as_ref());
        self
    }

    /// The user's sccache config file.
    pub fn config(&self) -> PathBuf {
        self.path("home/.config/sccache/config")
    }

    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.cwd)
            .stdin(Stdio::null());
        command
    }

    /// Runs a program to its end in a directory of the sandbox; it must succeed. Gives its stdout.
    pub fn run(&self, dir: impl AsRef<Path>, program: impl AsRef<OsStr>, args: &[&str]) -> String {
        let output = self
            .command(program)
            .current_dir(self.path(dir))
            .args(args)
            .output()
            .unwrap();
        assert!(output.status.success(), "{args:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Runs git in a directory of the sandbox.
    pub fn git(&self, dir: impl AsRef<Path>, args: &[&str]) -> String {
        let identity = [
            "-c",
            "user.name=x",
            "-c",
            "user.email=x@y",
            "-c",
            "init.defaultBranch=main",
        ];
        self.run(dir, "git", &[&identity, args].concat())
    }

    /// Makes the project a repository with all that is in it, and a second worktree of it beside.
    pub fn second_worktree(&self, name: &str) -> PathBuf {
        if !self.path("project/.git").exists() {
            self.git("project", &["init", "-q"]);
            self.git("project", &["add", "-A"]);
            self.git("project", &["commit", "-q", "--allow-empty", "-m", "x"]);
        }
        self.git("project", &["worktree", "add", "-q", &format!("../{name}")]);
        self.path(name)
    }

    /// A cargo package `app` in the project, without dependencies, whose binary prints `text`.
    pub fn package(&self, text: &str) {
        let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
        self.write("project/Cargo.toml", manifest);
        self.write("project/src/main.rs", main_that_prints(text));
        self.write("project/.gitignore", "target\n");
    }

    /// A shell without our wrapper: the real sccache is cargo's, and the first on PATH.
    pub fn go_past_the_wrapper(&mut self) -> &mut Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let real = self.sccache.clone();
        let dirs = real
            .parent()
            .map(Path::to_owned)
            .into_iter()
            .chain(std::env::split_paths(&path));
        self.set("PATH", std::env::join_paths(dirs).unwrap());
        self.set("RUSTC_WRAPPER", real)
    }

    /// Our binary under its own name.
    pub fn helper(&self, args: &[&str]) -> Output {
        self.command(HELPER).args(args).output().unwrap()
    }

    /// Our binary as the wrapper.
    pub fn wrapper(&self) -> Command {
        self.command(self.path("libexec/sccache-shell/sccache"))
    }

    /// The real sccache.
    pub fn sccache(&self) -> Command {
        self.command(&self.sccache)
    }

    /// The same sandbox, looked at from another directory in it.
    pub fn go(&mut self, dir: impl AsRef<Path>) -> &mut Self {
        self.cwd = self.path(dir);
        self
    }

    /// Our binary as the user that cannot read or write what is not its own. Only root can become that.
    pub fn as_nobody(&self, args: &[&str]) -> Output {
        // Every directory on the way to a sandbox must let that user through.
        fs::set_permissions(self.path(""), fs::Permissions::from_mode(0o755)).unwrap();
        let helper = self.path("sccache-shell");
        if !helper.exists() {
            fs::copy(HELPER, &helper).unwrap();
        }
        self.command("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(helper)
            .args(args)
            .output()
            .unwrap()
    }

    /// An editor for the findings that ask for one: it writes `text`.
    pub fn edit_with(&mut self, text: &str) {
        let text = self.write("edited", text);
        let editor = self.program("bin/editor", &format!("cat '{}' >\"$1\"", text.display()));
        self.set("EDITOR", editor);
    }

    /// Ends this sandbox's server.
    pub fn stop_server(&self) {
        let output = self.sccache().arg("--stop-server").output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Compiles a small C file by the real sccache, as a build script would; whether that works.
    pub fn compiles_c(&self) -> bool {
        let source = self.write("project/x.c", "int x;\n");
        let mut compile = self.sccache();
        compile.args(["cc", "-c"]).arg(&source).arg("-o").arg(self.path("x.o"));
        let output = compile.output().unwrap();
        output.status.success()
    }

    /// Whether `cargo build` works in the project.
    pub fn cargo_builds(&self) -> bool {
        let output = self.command("cargo").args(["build", "--offline"]).output().unwrap();
        output.status.success()
    }

    /// What a server started here would have, by the real sccache's own words.
    pub fn planned(&self, field: &str) -> String {
        self.asked("/nonexistent/x")[field].as_str().unwrap().to_owned()
    }

    /// How large a server started here would let its cache grow, in bytes.
    pub fn planned_size(&self) -> u64 {
        self.asked("/nonexistent/x")["max_cache_size"].as_u64().unwrap()
    }

    fn asked(&self, address: &str) -> Value {
        let mut ask = self.sccache();
        ask.env("SCCACHE_SERVER_UDS", address);
        let output = ask.args(["--show-stats", "--stats-format=json"]).output().unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Hits of the running server, over all languages.
    pub fn hits(&self) -> u64 {
        let mut ask = self.sccache();
        let output = ask.args(["--show-stats", "--stats-format=json"]).output().unwrap();
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        let counts = answer["stats"]["cache_hits"]["counts"].as_object().unwrap();
        counts.values().map(|count| count.as_u64().unwrap()).sum()
    }

    /// A number of the running server's statistics. What is stored in the background gets a moment.
    pub fn running_stat(&self, name: &str) -> u64 {
        let mut count = 0;
        for _ in 0..20 {
            let mut ask = self.sccache();
            let output = ask.args(["--show-stats", "--stats-format=json"]).output().unwrap();
            let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
            count = answer["stats"][name].as_u64().unwrap();
            if count > 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        count
    }

    /// Waits until a process that was told to end has done so: an sccache server takes up to ten seconds.
    pub fn wait_for_end(&self, pid: u32) {
        let is_there = || fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
        for _ in 0..600 {
            if !is_there() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("process {pid} does not end");
    }

    /// Starts a server of the real sccache with this sandbox's environment.
    pub fn start_server(&self) -> u32 {
        let output = self.sccache().arg("--start-server").output().unwrap();
        assert!(output.status.success(), "{output:?}");
        self.server_pid().expect("a server")
    }

    /// The pid of the server at this sandbox's socket, read from the system, not by asking our binary.
    pub fn server_pid(&self) -> Option<u32> {
        let socket = self
            .vars
            .iter()
            .find(|(name, _)| name == "SCCACHE_SERVER_UDS")?
            .1
            .clone();
        server::at(Path::new(&socket))
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.server_pid().is_some() {
            let _ = self.sccache().env("TMPDIR", "/var/tmp").arg("--stop-server").output();
        }
    }
}
