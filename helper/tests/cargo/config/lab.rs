//! A workspace of one crate, and the settings that apply in it: as cargo uses them, and as our facts have them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sccache_shell::cargo::{Broken, Cargo};
use sccache_shell::environment::Environment;
use serde_json::Value;

use crate::support::{Sandbox, manifest, succeeds};

/// In place of rustc: prints the version and the configuration as the real one does, and records the arguments of a
/// compile instead of compiling. That saves most of the time, and only cargo's part matters here.
const RUSTC: &str = r#"case "$*" in
  *-vV*) cat "$LAB/version" ;;
  *--print*)
    case "$*" in *--target*) answer=$LAB/for-target ;; *) answer=$LAB/for-host ;; esac
    [ -f "$answer" ] || "$REAL_RUSTC" "$@" >"$answer"
    cat "$answer" ;;
  *) printf '%s\n' "$@" >"$LAB/arguments"; exit 1 ;;
esac
"#;

/// A wrapper that records that it was called for a compile.
const WRAPPER: &str = r#"case "$*" in *-vV* | *--print*) ;; *) printf '%s\n' "$0" >>"$LAB/wrappers" ;; esac
exec "$@"
"#;

/// The settings that apply to a build.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Settings {
    pub(super) incremental: bool,
    /// In the order in which they are called.
    pub(super) wrappers: Vec<PathBuf>,
    pub(super) rustflags: Vec<String>,
    pub(super) target_dir: PathBuf,
    pub(super) build_dir: PathBuf,
}

pub(super) struct Lab {
    sandbox: Sandbox,
}

impl Lab {
    /// A workspace `ws` with the member `ws/app`, seen from `ws/app`; `home` is the user's.
    pub(super) fn new(files: &[(&str, &str)]) -> Self {
        let mut sandbox = Sandbox::bare();
        sandbox.go("ws/app");
        let mut lab = Self { sandbox };
        lab.write("ws/Cargo.toml", "[workspace]\nmembers = [\"app\"]\nresolver = \"2\"\n");
        lab.package("ws/app", "");
        lab.sandbox.program("bin/rustc", RUSTC);
        for name in ["bin/one", "bin/two", "ws/tools/wrap"] {
            lab.sandbox.program(name, WRAPPER);
        }
        fs::create_dir_all(lab.path("home")).unwrap();
        let real = real_rustc();
        lab.sandbox.write("version", succeeds(Command::new(&real).arg("-vV")));
        lab.set("PATH", "LAB/bin:/usr/bin:/bin");
        lab.set("HOME", "LAB/home");
        lab.set("RUSTC", "LAB/bin/rustc");
        lab.set("LAB", "LAB");
        lab.set("REAL_RUSTC", real.to_str().unwrap());
        for (name, text) in files {
            lab.write(name, text);
        }
        lab
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.sandbox.path(name)
    }

    /// Replaces `LAB` by the lab's directory.
    fn filled_in(&self, text: &str) -> String {
        text.replace("LAB", self.path("").to_str().unwrap().trim_end_matches('/'))
    }

    /// Writes a file; `LAB` in it is the lab's directory.
    pub(super) fn write(&self, name: &str, text: &str) {
        self.sandbox.write(name, self.filled_in(text));
    }

    /// A package `app` of one library, with more lines in its manifest.
    pub(super) fn package(&self, dir: &str, more: &str) {
        self.write(&format!("{dir}/Cargo.toml"), &manifest("app", more));
        self.write(&format!("{dir}/src/lib.rs"), "");
    }

    /// Sets a variable; `LAB` in its value is the lab's directory.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.sandbox.set(name, self.filled_in(value));
    }

    pub(super) fn go(&mut self, dir: &str) {
        self.sandbox.go(dir);
    }

    /// The cargo that runs the tests: rustup's proxy would need a home.
    fn cargo(&self) -> Command {
        let cargo = std::env::var_os("CARGO").expect("cargo sets CARGO for the tests that it runs");
        self.sandbox.command(cargo)
    }

    /// The settings that the real cargo uses, or its message if it refuses to build.
    pub(super) fn cargos_settings(&self) -> Result<Settings, String> {
        for name in ["arguments", "wrappers"] {
            let _ = fs::remove_file(self.path(name));
        }
        let build = self.cargo().args(["build", "--offline"]).output().unwrap();
        let message = || String::from_utf8_lossy(&build.stderr).into_owned();
        let arguments = fs::read_to_string(self.path("arguments")).map_err(|_| message())?;
        let arguments: Vec<&str> = arguments.lines().collect();
        let wrappers = fs::read_to_string(self.path("wrappers")).unwrap_or_default();
        let metadata = self
            .cargo()
            .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
            .output()
            .unwrap();
        let metadata: Value = serde_json::from_slice(&metadata.stdout).map_err(|_| message())?;
        let path = |name: &str| metadata[name].as_str().map(PathBuf::from);
        let target_dir = path("target_directory").unwrap();
        Ok(Settings {
            incremental: arguments.iter().any(|argument| argument.starts_with("incremental=")),
            wrappers: wrappers.lines().map(PathBuf::from).collect(),
            rustflags: arguments
                .iter()
                .filter(|argument| argument.starts_with("--cfg=from_"))
                .map(|argument| (*argument).to_owned())
                .collect(),
            build_dir: path("build_directory").unwrap_or_else(|| target_dir.clone()),
            target_dir,
        })
    }

    fn facts(&self) -> Cargo {
        let vars = self.sandbox.vars().iter().map(|(name, value)| (name, value));
        Cargo::read(&Environment::new(vars, self.sandbox.cwd()))
    }

    /// The files that cargo cannot read, by our facts.
    pub(super) fn broken(&self) -> Vec<Broken> {
        self.facts().broken
    }

    /// The settings by our facts, which run nothing.
    pub(super) fn our_settings(&self) -> Settings {
        let cargo = self.facts();
        assert_eq!(cargo.broken, [], "cargo reads them");
        let search = self.sandbox.var("PATH").unwrap();
        let find = |program: &Path| {
            sccache_shell::real_sccache::find_program(program, Some(&search), self.sandbox.cwd()).unwrap()
        };
        let wrappers = [&cargo.wrapper, &cargo.workspace_wrapper].into_iter().flatten();
        let set = wrappers.filter(|wrapper| !wrapper.value.as_os_str().is_empty());
        let build_dir = cargo.units_dir().cloned();
        Settings {
            incremental: cargo.incremental.value,
            wrappers: set.map(|wrapper| find(&wrapper.value)).collect(),
            rustflags: cargo.rustflags.into_iter().map(|flag| flag.value).collect(),
            build_dir: build_dir.unwrap().value,
            target_dir: cargo.target_dir.unwrap().value,
        }
    }
}

/// The compiler itself, not rustup's proxy.
fn real_rustc() -> PathBuf {
    let sysroot = succeeds(Command::new("rustc").args(["--print", "sysroot"]));
    PathBuf::from(sysroot.trim()).join("bin/rustc")
}
