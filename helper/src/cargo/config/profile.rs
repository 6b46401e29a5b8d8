//! The `dev` profile: what it says of code is in every Rust key.

use std::collections::BTreeMap;

use toml_edit::Item;

use super::places::Places;
use super::setting::located;
use crate::origin::Setting;
use crate::toml_file::{Located, TomlFile};

/// The tables of the profile in the order in which cargo merges them, the nearest config last; each key by its dotted
/// name. `incremental` is left out: it is of members alone, and [`super::Cargo::incremental`] knows better.
pub(super) fn dev(places: &Places<'_>) -> BTreeMap<String, Setting<String>> {
    let files = places.manifest.iter().chain(places.configs.iter().rev());
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
