//! What cargo and rustc say about a workspace when they are asked. Each question starts a process (10 to 30 ms),
//! so nothing at the door asks.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::cargo::Cargo;
use super::environment::Environment;
use crate::read;

/// The tools that build in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// What `rustc -vV` prints.
    pub rustc_version: String,
    /// What `rustc --print sysroot` prints.
    pub sysroot: PathBuf,
    cargo: PathBuf,
}

/// A workspace's directories.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Workspace {
    /// Where its root manifest is.
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    #[serde(rename = "target_directory")]
    target_dir: PathBuf,
    /// Named since cargo 1.91.
    #[serde(rename = "build_directory")]
    build_dir: Option<PathBuf>,
}

impl Workspace {
    /// Where cargo keeps the units that it builds.
    pub fn build_dir(&self) -> &Path {
        self.build_dir.as_ref().unwrap_or(&self.target_dir)
    }
}

/// A program that could not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAnswer {
    command: String,
    why: String,
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` failed: {}", self.command, self.why)
    }
}

impl std::error::Error for NoAnswer {}

impl Toolchain {
    /// Asks rustc, as cargo would call it in `dir`.
    pub fn read(env: &Environment, dir: &Path) -> Result<Self, NoAnswer> {
        let named = Cargo::read(&env.at(dir)).rustc;
        let rustc = named.map_or_else(|| PathBuf::from("rustc"), |rustc| rustc.value);
        refuse_to_wait(&Command::new(&rustc), dir)?;
        let rustc_version = answer(Command::new(&rustc).arg("-vV").current_dir(dir))?;
        let sysroot = answer(Command::new(&rustc).args(["--print", "sysroot"]).current_dir(dir))?;
        // The same cargo in every directory: rustup's would take, or even install, what another branch's
        // rust-toolchain.toml names.
        let sysroot = PathBuf::from(sysroot.trim_end_matches('\n'));
        let beside = sysroot.join("bin/cargo");
        let cargo = if beside.is_file() {
            beside
        } else {
            PathBuf::from("cargo")
        };
        Ok(Self {
            rustc_version,
            sysroot,
            cargo,
        })
    }

    /// Asks cargo about the workspace around `dir`.
    pub fn workspace(&self, dir: &Path) -> Result<Workspace, NoAnswer> {
        let mut cargo = Command::new(&self.cargo);
        cargo
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .current_dir(dir);
        refuse_to_wait(&cargo, dir)?;
        let text = answer(&mut cargo)?;
        serde_json::from_str(&text).map_err(|error| no_answer(&cargo, &error))
    }
}

/// What cargo, or rustup in its place, reads around `dir` before it answers; a pipe there would hold it for ever.
fn refuse_to_wait(command: &Command, dir: &Path) -> Result<(), NoAnswer> {
    const FILES: [&str; 5] = [
        "Cargo.toml",
        ".cargo/config.toml",
        ".cargo/config",
        "rust-toolchain.toml",
        "rust-toolchain",
    ];
    let mut files = dir.ancestors().flat_map(|dir| FILES.map(|file| dir.join(file)));
    match files.find(|file| read::is_endless(file)) {
        Some(file) => Err(no_answer(
            command,
            &format_args!("{} is no file but a pipe or a device", file.display()),
        )),
        None => Ok(()),
    }
}

fn answer(command: &mut Command) -> Result<String, NoAnswer> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| no_answer(command, &error))?;
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        let said = stderr.lines().find(|line| !line.is_empty()).unwrap_or_default();
        return Err(no_answer(command, &said));
    }
    String::from_utf8(output.stdout).map_err(|error| no_answer(command, &error))
}

fn no_answer(command: &Command, why: &dyn fmt::Display) -> NoAnswer {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    NoAnswer {
        command: words.join(" "),
        why: why.to_string(),
    }
}
