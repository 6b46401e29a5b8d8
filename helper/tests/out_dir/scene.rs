//! Checkouts of one program that a person builds through the wrapper, with one cargo home and one sccache.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::common::Sandbox;
use crate::crates::{DEPENDENCIES, PROGRAM};

/// Rust compiles that sccache counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
}

/// Files by their paths.
pub(crate) type Files = &'static [(&'static str, &'static str)];

pub(crate) struct Scene {
    sandbox: Sandbox,
    program: Files,
    /// Further arguments of every `cargo build`.
    layout: &'static [&'static str],
}

impl Scene {
    /// With cargo's own layout of the target directory.
    pub(crate) fn new() -> Self {
        Self::with_layout(&[])
    }

    /// With another one.
    pub(crate) fn with_layout(layout: &'static [&'static str]) -> Self {
        Self::of(DEPENDENCIES, PROGRAM, layout)
    }

    /// With other crates: files of the repository of dependencies, and of the program.
    pub(crate) fn of(dependencies: &[(&str, &str)], program: Files, layout: &'static [&'static str]) -> Self {
        let mut sandbox = Sandbox::new();
        sandbox.set("CARGO_HOME", sandbox.path("cargo-home"));
        sandbox.set("GIT_CONFIG_NOSYSTEM", "1");
        if !layout.is_empty() {
            // Cargo's word for unstable options on a stable toolchain.
            sandbox.set("RUSTC_BOOTSTRAP", "1");
        }
        for (path, text) in dependencies {
            sandbox.write(Path::new("dependencies").join(path), text);
        }
        let scene = Self {
            sandbox,
            program,
            layout,
        };
        for args in [
            &["init", "--quiet"][..],
            &["add", "--all"],
            &[
                "-c",
                "user.name=tester",
                "-c",
                "user.email=tester@example.invalid",
                "commit",
                "--quiet",
                "--message=start",
            ],
        ] {
            let mut git = scene.sandbox.command("git");
            succeed(git.current_dir(scene.path("dependencies")).args(args));
        }
        scene
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.sandbox.path(path)
    }

    /// A checkout of the program.
    pub(crate) fn checkout(&self, name: &str) {
        let repository = format!("file://{}", self.path("dependencies").display());
        for (path, text) in self.program {
            self.sandbox
                .write(Path::new(name).join(path), text.replace("REPOSITORY", &repository));
        }
        // A path crate that is built elsewhere has another lock file to agree with.
        let lock = self.path("Cargo.lock");
        if lock.is_file() {
            fs::copy(lock, self.path(name).join("Cargo.lock")).unwrap();
        } else {
            succeed(self.cargo(name).arg("generate-lockfile"));
            fs::copy(self.path(name).join("Cargo.lock"), lock).unwrap();
        }
    }

    /// `cargo` in a checkout.
    pub(crate) fn cargo(&self, checkout: &str) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = self.sandbox.command(cargo);
        command
            .current_dir(self.path(checkout))
            .env("SCCACHE_SHELL_TRACE", self.path("trace"));
        command
    }

    /// `cargo build` in a checkout, with further variables.
    pub(crate) fn try_build(&self, checkout: &str, variables: &[(&str, &str)]) -> Output {
        let mut build = self.cargo(checkout);
        build
            .args(["build", "--locked"])
            .args(self.layout)
            .envs(variables.iter().copied());
        build.output().unwrap()
    }

    pub(crate) fn build(&self, checkout: &str) -> Counts {
        self.build_with(checkout, &[])
    }

    /// What sccache counted for a build that succeeds.
    pub(crate) fn build_with(&self, checkout: &str, variables: &[(&str, &str)]) -> Counts {
        let before = self.counts();
        let _ = fs::remove_file(self.path("trace"));
        let output = self.try_build(checkout, variables);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let after = self.counts();
        Counts {
            hits: after.hits - before.hits,
            misses: after.misses - before.misses,
        }
    }

    fn counts(&self) -> Counts {
        let output = self
            .sandbox
            .sccache()
            .args(["--show-stats", "--stats-format=json"])
            .output()
            .unwrap();
        let stats: Value = serde_json::from_slice(&output.stdout).unwrap();
        let count = |what: &str| stats["stats"][what]["counts"]["Rust"].as_u64().unwrap_or(0);
        Counts {
            hits: count("cache_hits"),
            misses: count("cache_misses"),
        }
    }

    /// What the program of a checkout prints.
    pub(crate) fn run(&self, checkout: &str) -> BTreeMap<String, String> {
        let target = self.path(checkout).join("target");
        // With --target in a directory more.
        let dirs = fs::read_dir(&target).unwrap().flatten().map(|entry| entry.path());
        let program = std::iter::once(target.clone())
            .chain(dirs)
            .map(|dir| dir.join("debug/program"))
            .find(|program| program.is_file())
            .unwrap();
        let output = succeed(&mut self.sandbox.command(program));
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// What the trace says of a crate's OUT_DIR in the last build: `"moved"`, or why not. `None`: no compile.
    pub(crate) fn out_dir_of(&self, crate_name: &str) -> Option<String> {
        let line = self
            .traced()
            .into_iter()
            .find(|line| line["crate_name"] == crate_name)?;
        match &line["out_dir"] {
            Value::Null => Some(String::new()),
            moved if moved.get("moved").is_some() => Some("moved".to_owned()),
            plain => Some(plain["plain"].as_str().unwrap().to_owned()),
        }
    }

    /// The crates that were compiled in the last build, by hit or miss or plainly.
    pub(crate) fn compiled(&self) -> Vec<String> {
        let lines = self.traced().into_iter();
        let names = lines.filter_map(|line| line["crate_name"].as_str().map(str::to_owned));
        // Cargo's own probes of the compiler.
        names.filter(|name| name != "___").collect()
    }

    fn traced(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("trace")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The directory of copies.
    pub(crate) fn copies(&self) -> PathBuf {
        self.path("home/.cache/sccache-shell/out")
    }

    /// As if two months had passed since the last build.
    pub(crate) fn age_copies(&self) {
        let uses = fs::read_dir(self.path("home/.cache/sccache-shell/uses")).unwrap();
        let stamp = self.path("home/.cache/sccache-shell/aged");
        for file in uses.map(|entry| entry.unwrap().path()).chain([stamp]) {
            let file = fs::File::options().append(true).open(file).unwrap();
            let months = Duration::from_secs(60 * 24 * 60 * 60);
            file.set_modified(SystemTime::now() - months).unwrap();
        }
    }

    /// As the documentation says to delete them.
    pub(crate) fn delete_copies(&self) {
        let script = "chmod -R u+w ~/.cache/sccache-shell && rm -r ~/.cache/sccache-shell";
        succeed(self.sandbox.command("sh").args(["-c", script]));
    }
}

/// Makes a file that nobody may write to writable.
pub(crate) fn overwrite(file: &Path, text: &str) {
    fs::set_permissions(file, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(file, text).unwrap();
}

#[track_caller]
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
