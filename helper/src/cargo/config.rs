//! Cargo's settings, by cargo's own precedence: environment, the nearest `.cargo/config.toml` up the tree, the
//! manifest, the default. No process is started.

mod env_table;
mod files;
mod flags;
mod home;
pub(crate) mod incremental;
mod layers;
mod manifest;
mod paths;
mod platform;
mod profile;
mod setting;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::environment::{Environment, Given};
use crate::origin::{Origin, Setting};
use crate::toml_file::TomlFile;
use layers::Layers;
use setting::config_root;

pub use setting::Broken;

/// Cargo's settings that matter for caching.
#[derive(Debug, Clone)]
pub struct Cargo {
    /// Whether the `dev` profile of workspace members compiles incrementally.
    pub incremental: Setting<bool>,
    /// The compiler, if one is set.
    pub rustc: Option<Setting<PathBuf>>,
    /// The program in front of rustc; an empty value switches it off.
    pub wrapper: Option<Setting<PathBuf>>,
    /// The program in front of rustc for workspace members only.
    pub workspace_wrapper: Option<Setting<PathBuf>>,
    /// Cargo's home; `None` if there is no home directory.
    pub home: Option<Setting<PathBuf>>,
    /// The target directory; `None` if none is set and there is no manifest.
    pub target_dir: Option<Setting<PathBuf>>,
    /// The build directory, if one is set.
    pub build_dir: Option<Setting<PathBuf>>,
    /// Flags for every rustc, word by word.
    pub rustflags: Vec<Setting<String>>,
    /// What the config files set for the target: its name, its linker.
    pub target: Vec<Setting<String>>,
    /// The settings of the `dev` profile, by dotted keys.
    pub profile: BTreeMap<String, Setting<String>>,
    /// Variables for rustc and build scripts, by name.
    pub variables: BTreeMap<String, Given>,
    /// Directories that replace a registry.
    pub vendored: Vec<Setting<PathBuf>>,
    /// The manifest of the workspace, or of the package that stands alone.
    pub manifest: Option<TomlFile>,
    /// Cargo's config files, the nearest first.
    pub configs: Vec<TomlFile>,
    /// Files of cargo's that cannot be read.
    pub broken: Vec<Broken>,
}

impl Cargo {
    /// Reads the settings that apply in the environment's working directory.
    pub fn read(env: &Environment) -> Self {
        let layers = Layers::of(env);
        Self {
            incremental: incremental::of_dev(&layers),
            rustc: program(&layers, &["RUSTC", "CARGO_BUILD_RUSTC"], "rustc"),
            wrapper: program(
                &layers,
                &["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"],
                "rustc-wrapper",
            )
            .map(|wrapper| behind(env, wrapper)),
            workspace_wrapper: program(
                &layers,
                &["RUSTC_WORKSPACE_WRAPPER", "CARGO_BUILD_RUSTC_WORKSPACE_WRAPPER"],
                "rustc-workspace-wrapper",
            ),
            home: home::home(env),
            target_dir: paths::target_dir(&layers),
            build_dir: paths::build_dir(&layers),
            rustflags: flags::rustflags(&layers),
            target: flags::of_target(&layers),
            profile: profile::dev(&layers),
            variables: env_table::variables(&layers),
            vendored: paths::vendored(&layers),
            manifest: layers.manifest,
            configs: layers.configs,
            broken: layers.broken,
        }
    }

    /// The directory of the workspace, or of the package that stands alone, around the environment's working directory.
    pub fn root_of(env: &Environment) -> Option<PathBuf> {
        let home = home::home(env).map(|home| home.value);
        let manifest = manifest::read(env.cwd(), home.as_deref(), &mut Vec::new())?;
        manifest.path.parent().map(Path::to_owned)
    }

    /// The environment of rustc, its wrapper and build scripts, and so of a server that a build starts: the shell's,
    /// with `[env]` of the configuration (cargo's `apply_env_config`).
    pub fn environment(&self, shell: &Environment) -> Environment {
        shell.overlaid(&self.variables)
    }

    /// The directory of units that are not final artifacts: the build directory, else the target directory. `None` if
    /// none is set and there is no manifest.
    pub fn units_dir(&self) -> Option<&Setting<PathBuf>> {
        self.build_dir.as_ref().or(self.target_dir.as_ref())
    }

    /// The directory of the workspace, or of the package that stands alone.
    pub fn root(&self) -> Option<&Path> {
        self.manifest.as_ref()?.path.parent()
    }
}

/// The wrapper behind a tool that is itself a wrapper. Such a tool keeps the previous one in a variable, and calls it:
/// cargo-llvm-cov in `__CARGO_LLVM_COV_RUSTC_WRAPPER_PRE_EXISTING`.
fn behind(env: &Environment, wrapper: Setting<PathBuf>) -> Setting<PathBuf> {
    const SCCACHE: &str = "sccache";
    let is_sccache = |program: &Path| program.file_stem() == Some(SCCACHE.as_ref());
    let mut kept = env
        .vars()
        .filter_map(|(name, value)| Some((name.to_str()?, Path::new(value))));
    let is_kept =
        |name: &str| name.contains("RUSTC_WRAPPER") && !["RUSTC_WRAPPER", "CARGO_BUILD_RUSTC_WRAPPER"].contains(&name);
    if !wrapper.origin.is_env() || wrapper.value.as_os_str().is_empty() || is_sccache(&wrapper.value) {
        return wrapper;
    }
    match kept.find(|(name, program)| is_kept(name) && is_sccache(program)) {
        Some((name, program)) => Setting {
            value: program.to_owned(),
            origin: Origin::Env(name.to_owned().into()),
        },
        None => wrapper,
    }
}

/// A program by the first of `variables` that is set, else by `build.KEY` of the nearest config. There a path with a
/// slash is relative to the directory that contains `.cargo`, and a bare name is looked up on PATH.
fn program(layers: &Layers<'_>, variables: &[&'static str], key: &str) -> Option<Setting<PathBuf>> {
    layers.env_path(variables).or_else(|| {
        let (setting, file) = layers.config_text(&["build", key])?;
        let program = PathBuf::from(setting.value);
        Some(Setting {
            value: if program.components().count() > 1 {
                config_root(&file.path).join(program)
            } else {
                program
            },
            origin: setting.origin,
        })
    })
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(dir: &Path, config: &[u8], manifest: &[u8]) {
    for (name, bytes) in [(".cargo/config.toml", config), ("Cargo.toml", manifest)] {
        let path = dir.join(name);
        let _ = path.parent().map(std::fs::create_dir_all);
        let _ = std::fs::write(path, bytes);
    }
    let cargo = Cargo::read(&Environment::new([("HOME", dir)], dir));
    // Every setting of a file has one of its lines, and a file is either broken or read.
    let lines = |bytes: &[u8]| bytes.iter().filter(|b| **b == b'\n').count() + 1;
    let last = |path: &Path| lines(if path.ends_with("Cargo.toml") { manifest } else { config });
    let origins = [
        Some(&cargo.incremental.origin),
        cargo.wrapper.as_ref().map(|wrapper| &wrapper.origin),
    ];
    let flags = cargo.rustflags.iter().map(|flag| &flag.origin);
    for origin in origins.into_iter().flatten().chain(flags) {
        if let Origin::File(path, line) = origin {
            assert!((1..=last(path)).contains(line), "{origin}");
        }
    }
    for broken in cargo.broken.iter().filter(|broken| broken.path.starts_with(dir)) {
        assert!(broken.line.is_none_or(|line| (1..=last(&broken.path)).contains(&line)));
    }
    let is_text = std::str::from_utf8(manifest).is_ok();
    assert!(is_text || cargo.broken.iter().any(|broken| broken.path == dir.join("Cargo.toml")));
    assert!(!cargo.vendored.iter().any(|dir| dir.value.as_os_str().is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Project(tempfile::TempDir);

    impl Project {
        fn new(files: &[(&str, &str)]) -> Self {
            let dir = tempfile::tempdir().unwrap();
            for (name, text) in files {
                let path = dir.path().join(name);
                std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                std::fs::write(path, text).unwrap();
            }
            Self(dir)
        }

        fn read(&self, vars: &[(&str, &str)]) -> Cargo {
            let member = self.0.path().join("member");
            std::fs::create_dir_all(&member).unwrap();
            Cargo::read(&Environment::new(vars.iter().copied(), &member))
        }

        fn incremental(&self, vars: &[(&str, &str)]) -> (bool, String) {
            let setting = self.read(vars).incremental;
            let root = format!("{}/", self.0.path().display());
            (setting.value, setting.origin.to_string().replace(&root, ""))
        }
    }

    const MANIFEST: (&str, &str) = ("Cargo.toml", "[workspace]\n\n[profile.dev]\nincremental = false\n");

    #[test]
    fn incremental_by_cargos_precedence() {
        let bare = Project::new(&[]);
        assert_eq!(bare.incremental(&[]), (true, "cargo's default".to_owned()));
        let manifest = Project::new(&[MANIFEST]);
        assert_eq!(manifest.incremental(&[]), (false, "Cargo.toml:4".to_owned()));
        let both = Project::new(&[MANIFEST, (".cargo/config.toml", "[build]\nincremental = true\n")]);
        assert_eq!(both.incremental(&[]), (true, ".cargo/config.toml:2".to_owned()));
        let profile = [("CARGO_PROFILE_DEV_INCREMENTAL", "false")];
        assert_eq!(both.incremental(&profile), (true, ".cargo/config.toml:2".to_owned()));
        assert!(manifest.incremental(&[("CARGO_PROFILE_DEV_INCREMENTAL", "true")]).0);
        let build = ("CARGO_BUILD_INCREMENTAL", "true");
        assert_eq!(
            manifest.incremental(&[build]),
            (true, "CARGO_BUILD_INCREMENTAL".to_owned())
        );
        let ci = ("CI", "true");
        assert_eq!(bare.incremental(&[ci]), (false, "CI".to_owned()));
        assert_eq!(
            manifest.incremental(&[ci, ("CARGO_PROFILE_DEV_INCREMENTAL", "true")]),
            (false, "CI".to_owned())
        );
        assert!(both.incremental(&[ci]).0);
        for (value, on) in [("1", true), ("0", false), ("true", false), ("", false)] {
            let vars = [build, ("CARGO_INCREMENTAL", value)];
            assert_eq!(both.incremental(&vars), (on, "CARGO_INCREMENTAL".to_owned()), "{value}");
        }
    }

    #[test]
    fn wrapper_by_cargos_precedence() {
        let project = Project::new(&[(".cargo/config.toml", "[build]\nrustc-wrapper = \"tools/wrap\"\n")]);
        let wrapper = project.read(&[]).wrapper.unwrap();
        assert_eq!(wrapper.value, project.0.path().join("tools/wrap"));
        let build = ("CARGO_BUILD_RUSTC_WRAPPER", "b");
        assert_eq!(project.read(&[build]).wrapper.unwrap().value, PathBuf::from("b"));
        let both = [build, ("RUSTC_WRAPPER", "")];
        assert_eq!(project.read(&both).wrapper.unwrap().value, PathBuf::new());
        assert_eq!(Project::new(&[]).read(&[]).wrapper, None);
    }

    #[test]
    fn a_tool_in_front_keeps_the_wrapper() {
        const KEPT: &str = "__CARGO_LLVM_COV_RUSTC_WRAPPER_PRE_EXISTING";
        let wrapper = |vars: &[(&str, &str)]| {
            let wrapper = Project::new(&[]).read(vars).wrapper.unwrap();
            (wrapper.value.display().to_string(), wrapper.origin.to_string())
        };
        let own = |program: &str, name: &str| (program.to_owned(), name.to_owned());
        let tool = ("RUSTC_WRAPPER", "/bin/cargo-llvm-cov");
        assert_eq!(wrapper(&[tool, (KEPT, "/x/sccache")]), own("/x/sccache", KEPT));
        assert_eq!(
            wrapper(&[tool, (KEPT, "/x/other")]),
            own("/bin/cargo-llvm-cov", "RUSTC_WRAPPER")
        );
        assert_eq!(
            wrapper(&[("RUSTC_WRAPPER", ""), (KEPT, "/x/sccache")]),
            own("", "RUSTC_WRAPPER")
        );
        assert_eq!(
            wrapper(&[("RUSTC_WRAPPER", "sccache"), (KEPT, "/x/sccache")]),
            own("sccache", "RUSTC_WRAPPER")
        );
    }

    proptest! {
        #[test]
        fn any_files_are_read(config: Vec<u8>, manifest: Vec<u8>) {
            assert_invariants(Project::new(&[]).0.path(), &config, &manifest);
        }

        #[test]
        fn settings_of_any_type_are_read(key in 0usize..9, value in 0usize..9) {
            const KEYS: [&str; 9] = [
                "build.incremental", "build.rustc-wrapper", "build.target-dir", "build.build-dir", "build.rustflags",
                "target.x.rustflags", "source.x.directory", "profile.dev.incremental", "build",
            ];
            const VALUES: [&str; 9] = ["true", "-1", "\"\"", "\"a b\"", "[]", "[[1], \"x\"]", "{}", "{ a = { b = [] } }", "1979-05-27"];
            let line = format!("{} = {}\n", KEYS[key], VALUES[value]);
            assert_invariants(Project::new(&[]).0.path(), line.as_bytes(), line.as_bytes());
        }
    }

    #[test]
    fn the_nearest_file_decides_about_a_key_of_the_profile() {
        let manifest = "[workspace]\n[profile.dev]\nincremental = false\nopt-level = 1 # fast\n\
            [profile.dev.package.\"*\"]\ndebug = false\n";
        let project = Project::new(&[
            ("Cargo.toml", manifest),
            (".cargo/config.toml", "[profile.dev]\nopt-level = 2\n"),
        ]);
        let settings = project.read(&[]).profile;
        let shown: Vec<String> = settings
            .iter()
            .map(|(key, set)| format!("{key}={}", set.value))
            .collect();
        assert_eq!(shown, ["opt-level=2", "package.*.debug=false"]);
        assert!(
            settings["opt-level"]
                .origin
                .to_string()
                .ends_with(".cargo/config.toml:2")
        );
    }

    #[test]
    fn a_broken_file_is_passed_over() {
        let project = Project::new(&[MANIFEST, (".cargo/config.toml", "[build\n")]);
        assert_eq!(project.incremental(&[]), (false, "Cargo.toml:4".to_owned()));
    }
}
