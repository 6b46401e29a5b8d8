//! A directory with all that a shell has: a home, a project, variables, an sccache.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use super::{HELPER, main_that_prints, manifest, real_sccache, stdout, succeeds};

/// Where sandboxes are created: on a disk, as a home is. `/tmp` may be in memory, which is a finding by itself.
const DISK: &str = "/var/tmp";

/// A healthy shell in a home of its own: our wrapper first on PATH, a cache of 24 GiB, no server. Dropping it stops its
/// server.
pub(crate) struct Sandbox {
    root: PathBuf,
    vars: Vec<(OsString, OsString)>,
    sccache: PathBuf,
    cwd: PathBuf,
    /// Removes `root`.
    _dir: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self::with_sccache(&real_sccache())
    }

    /// With this program as sccache.
    pub(crate) fn with_sccache(sccache: &Path) -> Self {
        Self::bare().with_shell(sccache)
    }

    /// With a shell script as sccache.
    pub(crate) fn with_script(script: &str) -> Self {
        let sandbox = Self::bare();
        let program = sandbox.program("script/sccache", script);
        sandbox.with_shell(&program)
    }

    /// Only the directory, with no variables.
    pub(crate) fn bare() -> Self {
        let dir = tempfile::Builder::new().prefix("ss").tempdir_in(DISK).unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        Self {
            cwd: root.join("project"),
            root,
            vars: Vec::new(),
            sccache: PathBuf::new(),
            _dir: dir,
        }
    }

    fn with_shell(mut self, sccache: &Path) -> Self {
        sccache.clone_into(&mut self.sccache);
        let libexec = self.path("libexec/sccache-shell");
        fs::create_dir_all(&libexec).unwrap();
        symlink(HELPER, libexec.join("sccache")).unwrap();
        symlink(sccache, libexec.join("real")).unwrap();
        self.configure("[cache.disk]\nsize = \"24G\"\n");
        fs::create_dir_all(self.path("project")).unwrap();
        self.set("HOME", self.path("home"));
        self.set("SCCACHE_SERVER_UDS", self.path("s"));
        self.set("SCCACHE_IDLE_TIMEOUT", "60");
        self.set("RUSTC_WRAPPER", libexec.join("sccache"));
        self.set("CARGO_INCREMENTAL", "0");
        // The free space of this machine's disk matters to one test only.
        self.set("SCCACHE_SHELL_IGNORE", "disk-too-small");
        self.set("TMPDIR", "/var/tmp");
        self.prepend_to_path(&libexec);
        // Cargo and rustup find their files by the home otherwise.
        for name in ["CARGO_HOME", "RUSTUP_HOME"] {
            let default = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
            let default = default.join(format!(".{}", name.to_lowercase().replace("_home", "")));
            let real = std::env::var_os(name).map_or(default, PathBuf::from);
            self.set(name, self.not_below_tmp(name, real));
        }
        self
    }

    /// A cargo home below /tmp is a finding by itself. If the tests' own home is there it gets a different name.
    fn not_below_tmp(&self, name: &str, dir: PathBuf) -> PathBuf {
        if !dir.starts_with("/tmp") {
            return dir;
        }
        let link = self.path(format!("real-{}", name.to_lowercase()));
        symlink(dir, &link).unwrap();
        link
    }

    /// A path in the sandbox.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// An executable shell script.
    pub(crate) fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.write(name, format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    pub(crate) fn set(&mut self, name: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> &mut Self {
        self.unset(name.as_ref());
        self.vars.push((name.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    pub(crate) fn unset(&mut self, name: impl AsRef<OsStr>) -> &mut Self {
        self.vars.retain(|(known, _)| known != name.as_ref());
        self
    }

    pub(crate) fn var(&self, name: &str) -> Option<OsString> {
        let var = self.vars.iter().find(|(known, _)| known == name)?;
        Some(var.1.clone())
    }

    pub(crate) fn vars(&self) -> &[(OsString, OsString)] {
        &self.vars
    }

    /// Replaces all variables.
    pub(crate) fn set_all(&mut self, vars: Vec<(OsString, OsString)>) {
        self.vars = vars;
    }

    /// Puts a directory in front of the sandbox's PATH, or of the tests' own if it has none.
    pub(crate) fn prepend_to_path(&mut self, dir: &Path) -> &mut Self {
        let path = self
            .var("PATH")
            .or_else(|| std::env::var_os("PATH"))
            .unwrap_or_default();
        let dirs = std::iter::once(dir.to_owned()).chain(std::env::split_paths(&path));
        self.set("PATH", std::env::join_paths(dirs).unwrap())
    }

    /// The user's sccache config file.
    pub(crate) fn config(&self) -> PathBuf {
        self.path("home/.config/sccache/config")
    }

    /// Writes the user's sccache config file.
    pub(crate) fn configure(&self, text: impl AsRef<[u8]>) -> PathBuf {
        self.write(self.config(), text)
    }

    /// Writes the user's sccache config file: lines of its table `[cache.disk]`.
    pub(crate) fn configure_disk(&self, lines: &str) -> PathBuf {
        self.configure(format!("[cache.disk]\n{lines}\n"))
    }

    /// The program with this sandbox's variables, in its current directory.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.cwd)
            .stdin(Stdio::null());
        command
    }

    /// Runs a program in a directory of the sandbox. It must succeed. Returns its stdout.
    pub(crate) fn run(&self, dir: impl AsRef<Path>, program: impl AsRef<OsStr>, args: &[&str]) -> String {
        succeeds(self.command(program).current_dir(self.path(dir)).args(args))
    }

    /// Runs git in a directory of the sandbox.
    pub(crate) fn git(&self, dir: impl AsRef<Path>, args: &[&str]) -> String {
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

    /// Makes a directory a repository with one commit of all its files.
    pub(crate) fn commit_all(&self, dir: &str) {
        self.git(dir, &["init", "-q"]);
        self.git(dir, &["add", "-A"]);
        self.git(dir, &["commit", "-q", "--allow-empty", "-m", "x"]);
    }

    /// A second worktree of the project, which becomes a repository first if it is not one.
    pub(crate) fn second_worktree(&self, name: &str) -> PathBuf {
        if !self.path("project/.git").exists() {
            self.commit_all("project");
        }
        self.git("project", &["worktree", "add", "-q", &format!("../{name}")]);
        self.path(name)
    }

    /// A cargo package `app` in the project, without dependencies, whose binary prints `text`.
    pub(crate) fn package(&self, text: &str) {
        self.write("project/Cargo.toml", manifest("app", ""));
        self.write("project/src/main.rs", main_that_prints(text));
        self.write("project/.gitignore", "target\n");
    }

    /// A shell without our wrapper: cargo's wrapper and the first sccache on PATH are the real one.
    pub(crate) fn go_past_the_wrapper(&mut self) -> &mut Self {
        let real = self.sccache.clone();
        self.unset("PATH").prepend_to_path(real.parent().unwrap());
        self.set("RUSTC_WRAPPER", real)
    }

    /// The helper, as the command line.
    pub(crate) fn helper(&self, args: &[&str]) -> Output {
        self.command(HELPER).args(args).output().unwrap()
    }

    /// What the helper prints to stdout, whatever its exit code.
    pub(crate) fn prints(&self, args: &[&str]) -> String {
        stdout(&self.helper(args))
    }

    /// The helper, as the wrapper.
    pub(crate) fn wrapper(&self) -> Command {
        self.command(self.path("libexec/sccache-shell/sccache"))
    }

    /// The real sccache.
    pub(crate) fn sccache(&self) -> Command {
        self.command(&self.sccache)
    }

    /// The real compiler: not rustup's proxy.
    pub(crate) fn rustc(&self) -> PathBuf {
        let sysroot = self.run("project", "rustc", &["--print", "sysroot"]);
        PathBuf::from(sysroot.trim()).join("bin/rustc")
    }

    /// Compiles a library `l` as cargo does: by sccache or the wrapper, which must succeed, into a directory of the
    /// sandbox.
    pub(crate) fn compile_library(&self, mut by: Command, rustc: &Path, text: &str, out_dir: &str, flags: &[&str]) {
        self.write("project/l.rs", text);
        fs::create_dir_all(self.path(out_dir)).unwrap();
        let unit = ["--crate-name", "l", "l.rs", "--crate-type", "lib"];
        let emit = ["--emit=dep-info,metadata,link", "-Cmetadata=1", "-Cextra-filename=-1"];
        by.arg(rustc).args(unit).args(emit).args(flags);
        succeeds(by.arg("--out-dir").arg(self.path(out_dir)));
    }

    /// Changes the current directory to one of the sandbox.
    pub(crate) fn go(&mut self, dir: impl AsRef<Path>) -> &mut Self {
        self.cwd = self.path(dir);
        self
    }

    pub(crate) fn cwd(&self) -> &Path {
        &self.cwd
    }

    /// The helper, run by a user who cannot read or write the sandbox's private files. The tests must be root for it.
    pub(crate) fn as_nobody(&self, args: &[&str]) -> Output {
        self.as_user(65534, 65534, args)
    }

    /// The same as a user and a group of these numbers.
    pub(crate) fn as_user(&self, user: u32, group: u32, args: &[&str]) -> Output {
        // Every directory above the sandbox's files must let that user through.
        fs::set_permissions(&self.root, fs::Permissions::from_mode(0o755)).unwrap();
        let helper = self.path("sccache-shell");
        if !helper.exists() {
            fs::copy(HELPER, &helper).unwrap();
        }
        self.command("setpriv")
            .args([
                &format!("--reuid={user}"),
                &format!("--regid={group}"),
                "--clear-groups",
            ])
            .arg(helper)
            .args(args)
            .output()
            .unwrap()
    }

    /// An editor for the findings whose command starts one: it writes `text`.
    pub(crate) fn edit_with(&mut self, text: &str) {
        let text = self.write("edited", text);
        let editor = self.program("bin/editor", &format!("cat '{}' >\"$1\"", text.display()));
        self.set("EDITOR", editor);
    }

    /// Runs `cargo build` in the project and returns whether it worked.
    pub(crate) fn cargo_builds(&self) -> bool {
        let output = self.command("cargo").args(["build", "--offline"]).output().unwrap();
        output.status.success()
    }

    /// Makes the wrapper write a trace.
    pub(crate) fn keep_trace(&mut self) -> &mut Self {
        self.set("SCCACHE_SHELL_TRACE", self.path("trace"))
    }

    /// The lines of the trace so far; empty if there is none. The next call returns the lines after that.
    pub(crate) fn take_trace(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("trace")).unwrap_or_default();
        let _ = fs::remove_file(self.path("trace"));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if self.server_pid().is_some() {
            let _ = self.sccache().env("TMPDIR", "/var/tmp").arg("--stop-server").output();
        }
    }
}
