//! Cargo's directories: the target and the build directory, vendored sources.

use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use super::home::home;
use super::layers::Layers;
use super::setting::{config_root, located};
use crate::origin::{Origin, Setting};

/// The target directory. Unlike other paths it is relative to the config's root even without a slash.
pub(super) fn target_dir(layers: &Layers<'_>) -> Option<Setting<PathBuf>> {
    const VARIABLES: [&str; 2] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"];
    let from_env = layers
        .env_path(&VARIABLES)
        .filter(|dir| !dir.value.as_os_str().is_empty());
    let from_env = from_env.map(|dir| dir.below(layers.env.cwd()));
    let from_config = || {
        let (setting, file) = layers.config_text(&["build", "target-dir"])?;
        Some(Setting {
            value: config_root(&file.path).join(&setting.value),
            origin: setting.origin,
        })
    };
    let default = || {
        let root = layers.manifest.as_ref()?.path.parent()?;
        Some(Setting {
            value: root.join("target"),
            origin: Origin::Default,
        })
    };
    from_env.or_else(from_config).or_else(default)
}

/// The build directory, if one is set (cargo 1.91 and later), with its templates filled in.
pub(super) fn build_dir(layers: &Layers<'_>) -> Option<Setting<PathBuf>> {
    let from_env = || {
        let named = layers.env_path(&["CARGO_BUILD_BUILD_DIR"])?;
        let is_named = !named.value.as_os_str().is_empty();
        is_named.then_some((named, layers.env.cwd()))
    };
    let from_config = || {
        let (setting, file) = layers.config_text(&["build", "build-dir"])?;
        let named = Setting {
            value: PathBuf::from(setting.value),
            origin: setting.origin,
        };
        Some((named, config_root(&file.path)))
    };
    let (mut named, base) = from_env().or_else(from_config)?;
    named.value = filled(layers, &named.value)?;
    Some(named.below(base))
}

/// The path with its templates filled in (cargo's `Workspace::new`); `None` if there is no manifest or home for that.
fn filled(layers: &Layers<'_>, path: &Path) -> Option<PathBuf> {
    let Some(text) = path.to_str().filter(|text| text.contains('{')) else {
        return Some(path.to_owned());
    };
    let manifest = &layers.manifest.as_ref()?.path;
    let home = home(layers.env)?.value;
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

/// Directories that replace a registry: `[source.NAME] directory = "vendor"`. As in cargo, `..` stays.
pub(super) fn vendored(layers: &Layers<'_>) -> Vec<Setting<PathBuf>> {
    let mut all = Vec::new();
    for file in &layers.configs {
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
