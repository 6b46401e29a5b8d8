//! What cargo would do here, by cargo's own precedence: environment, then the nearest
//! `.cargo/config.toml` up the tree, then the manifest, then the default. No process is started.

use std::fmt;
use std::path::{Path, PathBuf};

use cargo_config2::{Walk, cargo_home_with_cwd};

use super::environment::Environment;
use super::toml_file::{Located, TomlFile};

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable.
    Env(&'static str),
    /// A line of a file.
    File(PathBuf, usize),
    /// Nobody said anything.
    Default,
}

/// For people: `CARGO_INCREMENTAL`, `/src/.cargo/config.toml:3`, `cargo's default`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => f.write_str(name),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("cargo's default"),
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value that wins.
    pub value: T,
    /// Who set it.
    pub origin: Origin,
}

/// Cargo's settings that decide about caching.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cargo {
    /// Whether the `dev` profile of workspace members compiles incrementally.
    pub incremental: Setting<bool>,
    /// The program in front of rustc; an empty value means that somebody switched it off.
    pub wrapper: Option<Setting<PathBuf>>,
}

impl Cargo {
    /// Reads what applies in the environment's working directory.
    pub fn read(env: &Environment) -> Self {
        let configs: Vec<TomlFile> = Walk::with_cargo_home(env.cwd(), cargo_home_with_cwd(env.cwd()))
            .filter_map(|path| read_toml(&path))
            .collect();
        Self {
            incremental: incremental(env, &configs),
            wrapper: wrapper(env, &configs),
        }
    }
}

/// sccache.md 1.1 has the table: CARGO_INCREMENTAL (only `1` is on), `build.incremental`, the profile.
fn incremental(env: &Environment, configs: &[TomlFile]) -> Setting<bool> {
    const FORCED: &str = "CARGO_INCREMENTAL";
    if let Some(value) = env.get(FORCED) {
        return Setting {
            value: value == "1",
            origin: Origin::Env(FORCED),
        };
    }
    bool_from_env(env, "CARGO_BUILD_INCREMENTAL")
        .or_else(|| bool_from(configs, &["build", "incremental"]))
        .or_else(|| bool_from_env(env, "CARGO_PROFILE_DEV_INCREMENTAL"))
        .or_else(|| bool_from(configs, &PROFILE))
        .or_else(|| bool_from(workspace_manifest(env.cwd()).as_slice(), &PROFILE))
        .unwrap_or(Setting {
            value: true,
            origin: Origin::Default,
        })
}

const PROFILE: [&str; 3] = ["profile", "dev", "incremental"];

fn bool_from_env(env: &Environment, name: &'static str) -> Option<Setting<bool>> {
    let value = env.get(name)?.to_str()?.parse().ok()?;
    Some(Setting {
        value,
        origin: Origin::Env(name),
    })
}

fn bool_from(files: &[TomlFile], keys: &[&str]) -> Option<Setting<bool>> {
    find(files, keys, |found| found.item.as_bool())
}

fn wrapper(env: &Environment, configs: &[TomlFile]) -> Option<Setting<PathBuf>> {
    let from_env = |name| {
        env.get(name).map(|value| Setting {
            value: PathBuf::from(value),
            origin: Origin::Env(name),
        })
    };
    from_env("RUSTC_WRAPPER")
        .or_else(|| from_env("CARGO_BUILD_RUSTC_WRAPPER"))
        .or_else(|| {
            let text = |found: Located<'_>| found.item.as_str().map(PathBuf::from);
            let mut setting = find(configs, &["build", "rustc-wrapper"], text)?;
            if let Origin::File(config, _) = &setting.origin {
                setting.value = relative_to_config(setting.value, config);
            }
            Some(setting)
        })
}

/// A path with a slash is relative to the directory that holds `.cargo`; a bare name is looked up on PATH.
fn relative_to_config(program: PathBuf, config: &Path) -> PathBuf {
    match config.parent().and_then(Path::parent) {
        Some(root) if program.components().count() > 1 => root.join(program),
        _ => program,
    }
}

/// The nearest file that has the key wins.
fn find<T>(files: &[TomlFile], keys: &[&str], read: impl Fn(Located<'_>) -> Option<T>) -> Option<Setting<T>> {
    files.iter().find_map(|file| {
        let found = file.get(keys)?;
        Some(Setting {
            value: read(found)?,
            origin: Origin::File(file.path.clone(), found.line),
        })
    })
}

/// Profiles count only in the workspace's root manifest: the nearest one above with a `[workspace]`
/// table, else the package's own.
fn workspace_manifest(cwd: &Path) -> Option<TomlFile> {
    let mut nearest = None;
    for dir in cwd.ancestors() {
        let Some(manifest) = read_toml(&dir.join("Cargo.toml")) else {
            continue;
        };
        if manifest.get(&["workspace"]).is_some() {
            return Some(manifest);
        }
        nearest = nearest.or(Some(manifest));
    }
    nearest
}

fn read_toml(path: &Path) -> Option<TomlFile> {
    let text = std::fs::read_to_string(path).ok()?;
    Some(TomlFile::parse(path.to_owned(), text))
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_broken_file_is_passed_over() {
        let project = Project::new(&[MANIFEST, (".cargo/config.toml", "[build\n")]);
        assert_eq!(project.incremental(&[]), (false, "Cargo.toml:4".to_owned()));
    }
}
