//! A repository with worktrees, a registry and a CARGO_HOME of their own, and cargo on them. Nothing leaves the
//! directory, and no network is needed.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

pub(crate) const HELPER: &str = env!("CARGO_BIN_EXE_sccache-shell");

/// A machine for one test. `a` is the main worktree.
pub(crate) struct Lab {
    dir: TempDir,
    vars: Vec<(OsString, OsString)>,
}

/// A program that ended.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// What cargo did with the packages, by name.
pub(crate) struct Built {
    pub(crate) compiled: BTreeSet<String>,
}

impl Lab {
    pub(crate) fn new() -> Self {
        let mut lab = Self {
            dir: tempfile::Builder::new().prefix("ss").tempdir().unwrap(),
            vars: Vec::new(),
        };
        for name in ["PATH", "TMPDIR", "RUSTUP_TOOLCHAIN"] {
            if let Some(value) = std::env::var_os(name) {
                lab.set(name, value);
            }
        }
        let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
        let rustup = std::env::var_os("RUSTUP_HOME").unwrap_or_else(|| home.join(".rustup").into());
        lab.set("RUSTUP_HOME", rustup);
        lab.set("HOME", lab.path("home"));
        lab.set("CARGO_HOME", lab.path("cargo"));
        lab.set("CARGO_INCREMENTAL", "0");
        lab.set("GIT_CONFIG_GLOBAL", "/dev/null");
        let config = format!(
            "[source.crates-io]\nreplace-with = \"local\"\n[source.local]\nlocal-registry = \"{}\"\n[net]\noffline = true\n",
            lab.path("registry").display()
        );
        lab.write("cargo/config.toml", config);
        fs::create_dir_all(lab.path("registry/index")).unwrap();
        lab
    }

    /// A path in the lab, without links.
    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        fs::canonicalize(self.dir.path()).unwrap().join(name)
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path
    }

    /// A program of the shell's.
    pub(crate) fn script(&self, name: &str, text: &str) {
        let path = self.write(name, format!("#!/bin/sh\n{text}"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    pub(crate) fn read(&self, name: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn set(&mut self, name: &str, value: impl AsRef<OsStr>) {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.into(), value.as_ref().into()));
    }

    /// Builds with our wrapper, before an sccache that only calls the compiler.
    pub(crate) fn wrap(&mut self) {
        let libexec = self.path("libexec/sccache-shell");
        self.script("libexec/sccache-shell/real", "exec \"$@\"\n");
        symlink(HELPER, libexec.join("sccache")).unwrap();
        self.set("RUSTC_WRAPPER", libexec.join("sccache"));
        self.set("XDG_CACHE_HOME", self.path("cache"));
    }

    pub(crate) fn command(&self, program: impl AsRef<OsStr>, dir: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(self.path(dir))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn git(&self, dir: &str, args: &[&str]) {
        let name = [
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.invalid",
            "-c",
            "init.defaultBranch=main",
        ];
        Ended::of(self.command("git", dir).args(name).args(args)).ok();
    }

    /// Makes what stands in `dir` a commit.
    pub(crate) fn commit(&self, dir: &str) {
        if !self.path(dir).join(".git").exists() {
            self.write(Path::new(dir).join(".gitignore"), "target*\n");
            self.git(dir, &["init", "--quiet"]);
        }
        self.git(dir, &["add", "--all"]);
        self.git(dir, &["commit", "--quiet", "--message", "x"]);
    }

    /// A worktree beside `a`, on a branch of its own from where `a` is.
    pub(crate) fn worktree(&self, name: &str) {
        let path = self.path(name);
        self.git("a", &["worktree", "add", "--quiet", path.to_str().unwrap()]);
    }

    /// `cargo build` with more arguments, which must succeed.
    pub(crate) fn build(&self, dir: &str, args: &[&str]) -> Built {
        let output = Ended::of(self.command("cargo", dir).args(["build", "-v"]).args(args)).ok();
        Built::read(&output.stderr)
    }

    /// What the workspace's program prints after another build that finds nothing to do.
    pub(crate) fn says(&self, dir: &str) -> String {
        let again = self.build(dir, &[]);
        assert!(
            again.compiled.is_empty(),
            "not fresh after a build: {:?}",
            again.compiled
        );
        Ended::of(&mut self.command("target/debug/app", dir))
            .ok()
            .stdout
            .trim_end()
            .to_owned()
    }

    pub(crate) fn warm(&self, dir: &str, args: &[&str]) -> Ended {
        Ended::of(self.command(HELPER, dir).arg("warm").args(args))
    }

    /// The same, when it must have copied something.
    #[track_caller]
    pub(crate) fn warmed(&self, dir: &str) -> Ended {
        let output = self.warm(dir, &[]).ok();
        assert!(output.stdout.contains("sccache-shell: copied "), "{output:?}");
        output
    }

    /// All files below a directory, by their paths in it.
    pub(crate) fn files(&self, dir: impl AsRef<Path>) -> Vec<PathBuf> {
        let top = self.path(dir);
        let mut found = Vec::new();
        let mut todo = vec![top.clone()];
        while let Some(dir) = todo.pop() {
            for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
                if entry.file_type().unwrap().is_dir() {
                    todo.push(entry.path());
                } else {
                    found.push(entry.path().strip_prefix(&top).unwrap().to_owned());
                }
            }
        }
        found.sort();
        found
    }

    /// A file's time, to the nanosecond.
    pub(crate) fn time(&self, path: impl AsRef<Path>) -> (i64, i64) {
        let data = fs::symlink_metadata(self.path(path)).unwrap();
        (data.mtime(), data.mtime_nsec())
    }
}

impl Ended {
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self {
            code: status.code(),
            stdout: text(stdout),
            stderr: text(stderr),
        }
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self:?}");
        self
    }
}

impl std::fmt::Debug for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit {:?}\n{}\n{}", self.code, self.stdout, self.stderr)
    }
}

impl Built {
    /// Reads the lines `Compiling a v1.0.0`.
    fn read(stderr: &str) -> Self {
        let named = |verb: &str| {
            let lines = stderr.lines().filter_map(|line| line.trim_start().strip_prefix(verb));
            lines
                .filter_map(|rest| rest.split_whitespace().next())
                .map(str::to_owned)
                .collect()
        };
        Self {
            compiled: named("Compiling "),
        }
    }

    /// Asserts that exactly these were compiled.
    #[track_caller]
    pub(crate) fn only(&self, names: &[&str]) -> &Self {
        let compiled: Vec<&str> = self.compiled.iter().map(String::as_str).collect();
        assert_eq!(compiled, names);
        self
    }
}
