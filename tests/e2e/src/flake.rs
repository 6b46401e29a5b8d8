//! A consumer's flake that uses this project, and the ways to enter its dev shell.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

use crate::home::Home;
use crate::machine;
use crate::output::Output;
use crate::worktree;

/// The ways to enter a dev shell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry {
    /// `nix develop --command …`.
    Develop,
    /// direnv with its own `use flake`.
    Direnv,
    /// direnv with nix-direnv's `use flake` (needs `SCCACHE_SHELL_TEST_NIX_DIRENV`, the path of its `direnvrc`).
    NixDirenv,
    /// `nix-shell` with a `shell.nix` that takes the flake's shell.
    NixShell,
}

impl Entry {
    /// All that this machine has.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Develop, Self::Direnv, Self::NixShell];
        if nix_direnv().is_some() {
            all.push(Self::NixDirenv);
        }
        all
    }
}

/// nix-direnv's `direnvrc`, if the caller named one.
fn nix_direnv() -> Option<String> {
    machine::given("SCCACHE_SHELL_TEST_NIX_DIRENV")
}

/// The flake reference of this project: the files that git tracks, in the store, so that a flake can lock it.
pub fn project() -> &'static str {
    static PROJECT: OnceLock<String> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let tree = fs::canonicalize(machine::tree()).expect("the work tree is there");
        let mut metadata = Command::new(machine::program("nix"));
        metadata
            .args(["flake", "metadata", "--no-write-lock-file", "--json"])
            .arg(format!("git+file://{}", url_path(&tree)));
        let out = Output::of(&mut metadata).ok();
        let parsed: Value = serde_json::from_str(out.stdout()).unwrap_or_else(|error| panic!("{error}: {out}"));
        format!("path:{}", parsed["path"].as_str().expect("a flake has a path"))
    })
}

/// A path, escaped for the URL of a flake.
pub fn url_path(path: &Path) -> String {
    let encode = |c: char| match c {
        '%' | ' ' | '#' | '?' => format!("%{:02X}", u32::from(c)),
        c => c.to_string(),
    };
    path.to_string_lossy().chars().map(encode).collect()
}

/// Nix's name for this machine's system.
pub fn system() -> &'static str {
    match (env::consts::ARCH, env::consts::OS) {
        ("x86_64", "linux") => "x86_64-linux",
        ("aarch64", "linux") => "aarch64-linux",
        ("aarch64", "macos") => "aarch64-darwin",
        other => panic!("no such system: {other:?}"),
    }
}

/// The flake-parts that the caller chose (`SCCACHE_SHELL_TEST_FLAKE_PARTS`, a flake reference), or the stand-in for it.
pub fn flake_parts() -> String {
    let given = machine::given("SCCACHE_SHELL_TEST_FLAKE_PARTS");
    given.unwrap_or_else(|| format!("{}/tests/host-flake-parts", project()))
}

/// The inputs of a consumer's flake, with the nixpkgs, its `lib` and the flake-parts that the caller chose.
fn inputs(with_parts: bool) -> String {
    let mut text = format!("inputs.sccache-shell.url = \"{}\";\n", project());
    match machine::nixpkgs() {
        Some(reference) => {
            text += &format!("inputs.nixpkgs.url = \"{reference}\";\n");
            text += "inputs.sccache-shell.inputs.nixpkgs.follows = \"nixpkgs\";\n";
        }
        None => text += "inputs.nixpkgs.follows = \"sccache-shell/nixpkgs\";\n",
    }
    if let Some(lib) = machine::nixpkgs_lib() {
        text += &format!("inputs.nixpkgs.inputs.lib = {{ url = \"{lib}\"; flake = false; }};\n");
    }
    if with_parts {
        text += &format!("inputs.flake-parts.url = \"{}\";\n", flake_parts());
        text += "inputs.flake-parts.inputs.nixpkgs-lib.follows = \"nixpkgs\";\n";
    }
    text
}

/// A consumer's flake in a directory.
pub struct Consumer {
    dir: PathBuf,
}

impl Consumer {
    /// Writes a flake without flake-parts to `dir`: its default dev shell takes ours, with the options `config` (the
    /// content of an attribute set, with `pkgs` in scope).
    pub fn write(dir: &Path, config: &str) -> Self {
        Self::write_shell(dir, config, "")
    }

    /// The same, with the attributes `shell` (also the content of an attribute set) for the shell itself.
    pub fn write_shell(dir: &Path, config: &str, shell: &str) -> Self {
        let system = system();
        let inputs = inputs(false);
        Self::write_flake(
            dir,
            &format!(
                r#"{{
  {inputs}
  outputs = {{ nixpkgs, sccache-shell, ... }}:
    let pkgs = nixpkgs.legacyPackages.{system}; in
    {{
      devShells.{system}.default = pkgs.mkShell {{
        inputsFrom = [ (sccache-shell.lib.evalModule pkgs {{ {config} }}).config.devShell ];
        packages = [ pkgs.cargo pkgs.rustc ];
        {shell}
      }};
    }};
}}
"#
            ),
        )
    }

    /// The same with flake-parts; `config` is the content of `perSystem.sccache-shell`.
    pub fn write_flake_parts(dir: &Path, config: &str) -> Self {
        let system = system();
        let inputs = inputs(true);
        Self::write_flake(
            dir,
            &format!(
                r#"{{
  {inputs}
  outputs = inputs: inputs.flake-parts.lib.mkFlake {{ inherit inputs; }} {{
    imports = [ inputs.sccache-shell.flakeModules.default ];
    systems = [ "{system}" ];
    perSystem = {{ config, pkgs, ... }}: {{
      sccache-shell = {{ {config} }};
      devShells.default = pkgs.mkShell {{
        inputsFrom = [ config.sccache-shell.devShell ];
        packages = [ pkgs.cargo pkgs.rustc ];
      }};
    }};
  }};
}}
"#
            ),
        )
    }

    fn write_flake(dir: &Path, text: &str) -> Self {
        fs::create_dir_all(dir).expect("the test cache is writable");
        fs::write(dir.join("flake.nix"), text).expect("the test cache is writable");
        // For `nix-shell`: the flake's own shell.
        fs::write(
            dir.join("shell.nix"),
            "(builtins.getFlake (toString ./.)).devShells.${builtins.currentSystem}.default\n",
        )
        .expect("the test cache is writable");
        Self::at(dir)
    }

    /// A flake that already exists in `dir`.
    pub fn at(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// Its directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes its directory a git repository with one commit, including the lock file that Nix writes.
    pub fn commit(self, home: &Home) -> Self {
        fs::write(self.dir.join(".gitignore"), "/target\n/.direnv\n").expect("the test cache is writable");
        worktree::git(&self.dir, &["init", "--quiet"]);
        worktree::git(&self.dir, &["add", "--all"]);
        self.nix(home, &["flake", "lock"]).ok();
        worktree::commit(&self.dir, "start");
        self
    }

    /// Runs `nix ARGS…` in its directory.
    pub fn nix(&self, home: &Home, args: &[&str]) -> Output {
        Output::of(home.command(machine::program("nix")).current_dir(&self.dir).args(args))
    }

    /// Runs a bash script in its dev shell.
    pub fn run(&self, home: &Home, entry: Entry, script: &str) -> Output {
        Output::of(&mut self.command(home, entry, script))
    }

    /// The command that runs a bash script in its dev shell, for tests that change the environment outside the shell.
    pub fn command(&self, home: &Home, entry: Entry, script: &str) -> Command {
        let mut command = match entry {
            Entry::Develop => {
                let mut command = home.command(machine::program("nix"));
                command.args(["develop", "--command", "bash", "-euc", script]);
                command
            }
            Entry::NixShell => {
                let mut command = home.command(machine::program("nix-shell"));
                command.args(["shell.nix", "--run", &format!("set -eu\n{script}")]);
                command
            }
            Entry::Direnv => self.direnv(home, "", script),
            Entry::NixDirenv => {
                let direnvrc = nix_direnv().expect("SCCACHE_SHELL_TEST_NIX_DIRENV names nix-direnv's direnvrc");
                self.direnv(home, &format!("source {direnvrc}\n"), script)
            }
        };
        command.current_dir(&self.dir);
        command
    }

    fn direnv(&self, home: &Home, before: &str, script: &str) -> Command {
        // strict_env is the harder case: an unset variable or a failing command in the hook prevents the entry.
        let envrc = format!("strict_env\n{before}use flake\n");
        let file = self.dir.join(".envrc");
        // Written only if it differs: nix-direnv's cache depends on the file's time.
        if fs::read_to_string(&file).map_or(true, |text| text != envrc) {
            fs::write(&file, envrc).expect("the test cache is writable");
        }
        let mut allow = home.command(machine::program("direnv"));
        drop(Output::of(allow.current_dir(&self.dir).arg("allow")).ok());
        let mut command = home.command(machine::program("direnv"));
        command.args(["exec", ".", "bash", "-euc", script]);
        command
    }
}
