//! The projects of `examples/`, as a user copies them: with a crate, and their inputs replaced.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::flake::{Consumer, flake_parts, project};
use crate::home::Home;
use crate::machine;
use crate::output::Output;
use crate::worktree;

/// An example in a directory of its own, and Nix's flags for its inputs.
pub struct Example {
    consumer: Consumer,
    flags: Vec<String>,
}

impl Example {
    /// Copies `examples/<name>` into the home. `fronts` are its inputs beside nixpkgs and ours.
    ///
    /// # Panics
    /// If there is no such example, or the home cannot be written.
    pub fn copy(home: &Home, name: &str, fronts: &[&str]) -> Self {
        let dir = home.path().join(name);
        copy_tree(&machine::tree().join("examples").join(name), &dir);
        if !dir.join("Cargo.toml").exists() {
            let plain = machine::tree().join("examples/plain");
            for file in ["Cargo.toml", "Cargo.lock", ".gitignore"] {
                fs::copy(plain.join(file), dir.join(file)).expect("the home is writable");
            }
            copy_tree(&plain.join("src"), &dir.join("src"));
        }
        worktree::init(&dir);
        Self {
            consumer: Consumer::at(&dir),
            flags: flags(fronts),
        }
    }

    /// Replaces a text in its flake, as a user would edit it.
    ///
    /// # Panics
    /// If the flake does not contain it.
    pub fn edit(&self, from: &str, to: &str) {
        let file = self.dir().join("flake.nix");
        let text = fs::read_to_string(&file).expect("the example has a flake");
        assert!(text.contains(from), "{from} is not in {text}");
        fs::write(file, text.replace(from, to)).expect("the home is writable");
    }

    /// Builds an output of its flake, and returns its path.
    pub fn build(&self, home: &Home, output: &str) -> PathBuf {
        let flake = format!(".#{output}");
        let out = self
            .nix(home, &["build", &flake, "--no-link", "--print-out-paths"])
            .ok();
        PathBuf::from(out.stdout().trim())
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        self.consumer.dir()
    }

    /// Runs `nix ARGS…` in its directory, with its inputs replaced.
    pub fn nix(&self, home: &Home, args: &[&str]) -> Output {
        Output::of(&mut self.command(home, args))
    }

    /// The command for that, for tests that change its environment.
    pub fn command(&self, home: &Home, args: &[&str]) -> Command {
        let (verb, rest) = args.split_first().expect("nix has a command");
        let mut command = home.command(machine::program("nix"));
        command.current_dir(self.dir()).arg(verb).args(&self.flags).args(rest);
        // As a shell sets it; devenv reads it.
        command.env("PWD", self.dir());
        command
    }

    /// Runs a bash script in its dev shell; devenv's reads the environment while it is evaluated.
    pub fn develop(&self, home: &Home, script: &str) -> Output {
        self.nix(home, &["develop", "--impure", "--command", "bash", "-euc", script])
    }
}

fn copy_tree(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-rT").arg(from).arg(to).status();
    assert!(copied.is_ok_and(|status| status.success()), "{}", from.display());
}

/// Nix's flags for a flake with the inputs' own names: the tests' nixpkgs and fronts instead of the named ones.
fn flags(fronts: &[&str]) -> Vec<String> {
    let mut flags = vec!["--no-write-lock-file".to_owned()];
    let mut give =
        |input: &str, reference: &str| flags.extend(["--override-input", input, reference].map(str::to_owned));
    give("sccache-shell", project());
    for front in fronts {
        give(front, &reference(front));
    }
    if let Some(nixpkgs) = machine::nixpkgs() {
        give("nixpkgs", &nixpkgs);
        if let Some(lib) = machine::nixpkgs_lib() {
            give("nixpkgs/lib", &lib);
        }
        for front in fronts.iter().filter(|front| machine::given(&variable(front)).is_none()) {
            give(&format!("{front}/nixpkgs"), &nixpkgs);
        }
    }
    flags
}

/// The variable that names the real one, a flake reference: `SCCACHE_SHELL_TEST_HOME_MANAGER` and the like.
fn variable(front: &str) -> String {
    format!("SCCACHE_SHELL_TEST_{}", front.replace('-', "_").to_uppercase())
}

/// The flake reference for an input: the one that the caller chose, or the stand-in.
fn reference(front: &str) -> String {
    if front == "flake-parts" {
        return flake_parts();
    }
    machine::given(&variable(front)).unwrap_or_else(|| format!("{}?dir=tests/host-fronts", project()))
}
