//! The `dev` profile: its settings are in every Rust key.

use std::collections::BTreeMap;

use toml_edit::Item;

use super::layers::Layers;
use super::setting::located;
use crate::origin::Setting;
use crate::toml_file::{Located, TomlFile};

/// The settings of the profile by their dotted names, merged as cargo does, the nearest config last. Without
/// `incremental`, which applies to members only: see [`super::Cargo::incremental`].
pub(super) fn dev(layers: &Layers<'_>) -> BTreeMap<String, Setting<String>> {
    let files = layers.manifest.iter().chain(layers.configs.iter().rev());
    let mut settings = BTreeMap::new();
    for file in files {
        if let Some(found) = file.get(&["profile", "dev"]) {
            flatten(file, found, &mut vec!["profile", "dev"], &mut settings);
        }
    }
    settings.remove("incremental");
    settings
}

fn flatten<'a>(
    file: &'a TomlFile,
    found: Located<'a>,
    keys: &mut Vec<&'a str>,
    settings: &mut BTreeMap<String, Setting<String>>,
) {
    let Some(table) = found.item.as_table_like() else {
        settings.insert(keys[2..].join("."), located(file, found, plain(found.item)));
        return;
    };
    for (key, _) in table.iter() {
        keys.push(key);
        if let Some(found) = file.get(keys) {
            flatten(file, found, keys, settings);
        }
        keys.pop();
    }
}

/// The value without the spaces and comments around it.
fn plain(item: &Item) -> String {
    let value = item.as_value().cloned();
    value.map_or_else(String::new, |value| value.decorated("", "").to_string())
}
