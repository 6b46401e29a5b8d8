//! The layers of cargo's settings, in its order: environment, config files, manifest.

use std::path::PathBuf;

use super::home::home;
use super::setting::{Broken, located};
use super::{files, manifest};
use crate::environment::Environment;
use crate::origin::{Origin, Setting};
use crate::toml_file::TomlFile;

/// All layers in one directory.
pub(super) struct Layers<'a> {
    pub(super) env: &'a Environment,
    /// `.cargo/config.toml` and what it includes, the nearest first, CARGO_HOME's last.
    pub(super) configs: Vec<TomlFile>,
    /// The manifest of the workspace, or of the package that stands alone.
    pub(super) manifest: Option<TomlFile>,
    pub(super) broken: Vec<Broken>,
}

impl<'a> Layers<'a> {
    pub(super) fn of(env: &'a Environment) -> Self {
        let mut broken = Vec::new();
        let home = home(env).map(|home| home.value);
        Self {
            env,
            configs: files::read_all(env.cwd(), home.clone(), &mut broken),
            manifest: manifest::read(env.cwd(), home.as_deref(), &mut broken),
            broken,
        }
    }

    /// The first of these variables that is set.
    pub(super) fn env_path(&self, names: &[&'static str]) -> Option<Setting<PathBuf>> {
        names.iter().find_map(|name| {
            Some(Setting {
                value: PathBuf::from(self.env.get(name)?),
                origin: Origin::Env((*name).into()),
            })
        })
    }

    /// The text at `keys` of the nearest config that has it, and that config.
    pub(super) fn config_text(&self, keys: &[&str]) -> Option<(Setting<String>, &TomlFile)> {
        self.configs.iter().find_map(|file| {
            let found = file.get(keys)?;
            let value = found.item.as_str()?.to_owned();
            Some((located(file, found, value), file))
        })
    }
}
