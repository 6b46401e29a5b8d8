//! A workspace of one crate, and two who say what applies in it: real cargo, and our facts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sccache_shell::cargo::{Broken, Cargo};
use sccache_shell::environment::Environment;
use serde_json::Value;

/// In place of rustc: what cargo asks of it first is answered as the real one answers, and the arguments of the compile
/// are kept instead of compiling. That saves most of the time, and cargo's part is what matters here.
const RUSTC: &str = r#"#!/bin/sh
case "$*" in
  *-vV*) cat "$LAB/version" ;;
  *--print*)
    case "$*" in *--target*) answer=$LAB/for-target ;; *) answer=$LAB/for-host ;; esac
    [ -f "$answer" ] || "$REAL_RUSTC" "$@" >"$answer"
    cat "$answer" ;;
  *) printf '%s\n' "$@" >"$LAB/arguments"; exit 1 ;;
esac
"#;

/// A wrapper: notes that it was called for a compile.
const WRAPPER: &str = r#"#!/bin/sh
case "$*" in *-vV* | *--print*) ;; *) printf '%s\n' "$0" >>"$LAB/wrappers" ;; esac
exec "$@"
"#;

/// What applies to a build.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub incremental: bool,
    /// In the order in which they are called.
    pub wrappers: Vec<PathBuf>,
    pub rustflags: Vec<String>,
    pub target_dir: PathBuf,
    pub build_dir: PathBuf,
}

pub struct Lab {
    dir: tempfile::TempDir,
    vars: Vec<(String, String)>,
    cwd: PathBuf,
}

impl Lab {
    /// A workspace `ws` with the member `ws/app`, seen from `ws/app`; `home` is the user's.
    pub fn new(files: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(dir.path()).unwrap();
        let mut lab = Self {
            cwd: root.join("ws/app"),
            dir,
            vars: Vec::new(),
        };
        lab.write("ws/Cargo.toml", "[workspace]\nmembers = [\"app\"]\nresolver = \"2\"\n");
        lab.package("ws/app", "");
        lab.program("bin/rustc", RUSTC);
        for name in ["bin/one", "bin/two", "ws/tools/wrap"] {
            lab.program(name, WRAPPER);
        }
        fs::create_dir_all(root.join("home")).unwrap();
        let real = real_rustc();
        let version = Command::new(&real).arg("-vV").output().unwrap();
        fs::write(root.join("version"), version.stdout).unwrap();
        let path = format!("{}:/usr/bin:/bin", root.join("bin").display());
        lab.set("PATH", &path);
        lab.set("HOME", root.join("home").to_str().unwrap());
        lab.set("RUSTC", root.join("bin/rustc").to_str().unwrap());
        lab.set("LAB", root.to_str().unwrap());
        lab.set("REAL_RUSTC", real.to_str().unwrap());
        for (name, text) in files {
            lab.write(name, text);
        }
        lab
    }

    pub fn path(&self, name: &str) -> PathBuf {
        fs::canonicalize(self.dir.path()).unwrap().join(name)
    }

    /// Writes a file; `LAB` in it is the lab's directory.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(
            path,
            text.replace("LAB", self.path("").to_str().unwrap().trim_end_matches('/')),
        )
        .unwrap();
    }

    fn program(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// A package `app` of one library, with more lines in its manifest.
    pub fn package(&self, dir: &str, more: &str) {
        let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n";
        self.write(&format!("{dir}/Cargo.toml"), &format!("{manifest}{more}"));
        self.write(&format!("{dir}/src/lib.rs"), "");
    }

    /// Sets a variable; `LAB` in it is the lab's directory.
    pub fn set(&mut self, name: &str, value: &str) {
        let value = value.replace("LAB", self.path("").to_str().unwrap().trim_end_matches('/'));
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.to_owned(), value));
    }

    pub fn go(&mut self, dir: &str) {
        self.cwd = self.path(dir);
    }

    fn cargo(&self) -> Command {
        let mut cargo = Command::new(std::env::var_os("CARGO").expect("cargo runs its tests with CARGO set"));
        cargo
            .env_clear()
            .envs(self.vars.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.cwd);
        cargo
    }

    /// What real cargo does; `Err` where it refuses to do anything.
    pub fn cargo_says(&self) -> Result<Said, String> {
        for name in ["arguments", "wrappers"] {
            let _ = fs::remove_file(self.path(name));
        }
        let build = self.cargo().args(["build", "--offline"]).output().unwrap();
        let words = || String::from_utf8_lossy(&build.stderr).into_owned();
        let arguments = fs::read_to_string(self.path("arguments")).map_err(|_| words())?;
        let arguments: Vec<&str> = arguments.lines().collect();
        let wrappers = fs::read_to_string(self.path("wrappers")).unwrap_or_default();
        let metadata = self
            .cargo()
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .output()
            .unwrap();
        let metadata: Value = serde_json::from_slice(&metadata.stdout).map_err(|_| words())?;
        let path = |name: &str| metadata[name].as_str().map(PathBuf::from);
        let target_dir = path("target_directory").unwrap();
        Ok(Said {
            incremental: arguments.iter().any(|word| word.starts_with("incremental=")),
            wrappers: wrappers.lines().map(PathBuf::from).collect(),
            rustflags: arguments
                .iter()
                .filter(|word| word.starts_with("--cfg=from_"))
                .map(|word| (*word).to_owned())
                .collect(),
            build_dir: path("build_directory").unwrap_or_else(|| target_dir.clone()),
            target_dir,
        })
    }

    fn facts(&self) -> Cargo {
        let vars = self.vars.iter().map(|(name, value)| (name, value));
        Cargo::read(&Environment::new(vars, &self.cwd))
    }

    /// What our facts say cargo cannot read.
    pub fn broken(&self) -> Vec<Broken> {
        self.facts().broken
    }

    /// What our facts say, without asking anybody.
    pub fn we_say(&self) -> Said {
        let cargo = self.facts();
        assert_eq!(cargo.broken, [], "cargo reads them");
        let search = self.vars.iter().find(|(name, _)| name == "PATH").unwrap();
        let find = |program: &Path| {
            sccache_shell::real_sccache::find_program(program, Some(search.1.as_ref()), &self.cwd).unwrap()
        };
        let wrappers = [&cargo.wrapper, &cargo.workspace_wrapper].into_iter().flatten();
        let set = wrappers.filter(|wrapper| !wrapper.value.as_os_str().is_empty());
        let build_dir = cargo.units_dir().cloned();
        Said {
            incremental: cargo.incremental.value,
            wrappers: set.map(|wrapper| find(&wrapper.value)).collect(),
            rustflags: cargo.rustflags.into_iter().map(|flag| flag.value).collect(),
            build_dir: build_dir.unwrap().value,
            target_dir: cargo.target_dir.unwrap().value,
        }
    }
}

/// The compiler itself, no proxy of rustup's.
fn real_rustc() -> PathBuf {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output().unwrap();
    PathBuf::from(String::from_utf8(sysroot.stdout).unwrap().trim()).join("bin/rustc")
}
