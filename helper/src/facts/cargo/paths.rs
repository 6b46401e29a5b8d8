//! Where cargo keeps things: CARGO_HOME, the target and the build directory, vendored sources.

use std::hash::{Hash, Hasher};
use std::path::{Component, Path, PathBuf};

use super::setting::{Origin, Places, Setting, config_root, located};
use crate::facts::environment::Environment;

/// Cargo's home: CARGO_HOME, else `~/.cargo`.
pub(super) fn home(env: &Environment) -> Option<Setting<PathBuf>> {
    const VARIABLE: &str = "CARGO_HOME";
    let named = env.path(VARIABLE).map(|home| Setting {
        value: home.to_owned(),
        origin: Origin::Env(VARIABLE.into()),
    });
    let default = || {
        // Without HOME: where the system's list of users says.
        let home = env
            .path("HOME")
            .map_or_else(std::env::home_dir, |home| Some(home.to_owned()))?;
        Some(Setting {
            value: home.join(".cargo"),
            origin: Origin::Default,
        })
    };
    Some(absolute(named.or_else(default)?, env.cwd()))
}

/// The target directory. Unlike other paths it counts from the config's root also where it has no slash.
pub(super) fn target_dir(places: &Places<'_>) -> Option<Setting<PathBuf>> {
    const VARIABLES: [&str; 2] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"];
    let from_env = places
        .env_path(&VARIABLES)
        .filter(|dir| !dir.value.as_os_str().is_empty());
    let from_env = from_env.map(|dir| absolute(dir, places.env.cwd()));
    let from_config = || {
        let (setting, file) = places.config_text(&["build", "target-dir"])?;
        Some(Setting {
            value: config_root(&file.path).join(&setting.value),
            origin: setting.origin,
        })
    };
    let default = || {
        let root = places.manifest.as_ref()?.path.parent()?;
        Some(Setting {
            value: root.join("target"),
            origin: Origin::Default,
        })
    };
    from_env.or_else(from_config).or_else(default)
}

/// The build directory, where one is named (cargo 1.91 and later), with what its templates stand for.
pub(super) fn build_dir(places: &Places<'_>) -> Option<Setting<PathBuf>> {
    let from_env = || {
        let named = places.env_path(&["CARGO_BUILD_BUILD_DIR"])?;
        let is_named = !named.value.as_os_str().is_empty();
        is_named.then_some((named, places.env.cwd()))
    };
    let from_config = || {
        let (setting, file) = places.config_text(&["build", "build-dir"])?;
        let named = Setting {
            value: PathBuf::from(setting.value),
            origin: setting.origin,
        };
        Some((named, config_root(&file.path)))
    };
    let (mut named, base) = from_env().or_else(from_config)?;
    named.value = filled(places, &named.value)?;
    Some(absolute(named, base))
}

/// What cargo puts into a path's templates (its `Workspace::new`); `None` where it has nothing to put there.
fn filled(places: &Places<'_>, path: &Path) -> Option<PathBuf> {
    let Some(text) = path.to_str().filter(|text| text.contains('{')) else {
        return Some(path.to_owned());
    };
    let manifest = &places.manifest.as_ref()?.path;
    let home = home(places.env)?.value;
    let filled = text
        .replace("{workspace-root}", manifest.parent()?.to_str()?)
        .replace("{cargo-cache-home}", home.to_str()?)
        .replace("{workspace-path-hash}", &path_hash(manifest));
    Some(filled.into())
}

/// Cargo's own hash of the workspace's manifest, as two levels of directories (its `util/hex.rs`, `short_hash`).
fn path_hash(manifest: &Path) -> String {
    let real = std::fs::canonicalize(manifest).unwrap_or_else(|_| manifest.to_owned());
    let mut hasher = rustc_stable_hash::StableSipHasher128::new();
    real.hash(&mut hasher);
    let hash = format!("{:016x}", Hasher::finish(&hasher).swap_bytes());
    format!("{}/{}", &hash[..2], &hash[2..])
}

/// Directories that stand in for a registry: `[source.NAME] directory = "vendor"`. As cargo has them: `..` stays.
pub(super) fn vendored(places: &Places<'_>) -> Vec<Setting<PathBuf>> {
    let mut all = Vec::new();
    for file in &places.configs {
        let Some(sources) = file.get(&["source"]).and_then(|found| found.item.as_table_like()) else {
            continue;
        };
        for (name, _) in sources.iter() {
            let Some(found) = file.get(&["source", name, "directory"]) else {
                continue;
            };
            if let Some(dir) = found.item.as_str() {
                all.push(located(file, found, config_root(&file.path).join(dir)));
            }
        }
    }
    all
}

fn absolute(setting: Setting<PathBuf>, cwd: &Path) -> Setting<PathBuf> {
    Setting {
        value: cwd.join(setting.value),
        origin: setting.origin,
    }
}

/// Without `.` and `..`, by the words alone, as cargo's own `normalize_path` does it.
pub(super) fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut normal, part| {
        match part {
            Component::ParentDir => {
                normal.pop();
            }
            Component::CurDir => {}
            part => normal.push(part),
        }
        normal
    })
}
