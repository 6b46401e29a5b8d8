//! The flags that cargo passes to every rustc, by cargo's precedence: the first kind that is set wins (its
//! `src/cargo/core/compiler/build_context/target_info.rs`, `extra_args`).

use std::borrow::Cow;

use super::layers::Layers;
use super::platform;
use super::setting::located;
use crate::origin::{Origin, Setting};
use crate::toml_file::{Located, TomlFile};

/// CARGO_ENCODED_RUSTFLAGS, RUSTFLAGS, `target.*.rustflags` for what is built, `build.rustflags`.
pub(super) fn rustflags(layers: &Layers<'_>) -> Vec<Setting<String>> {
    const SEPARATOR: char = '\u{1f}';
    // If they are set and empty, they still override all others.
    from_env(layers, "CARGO_ENCODED_RUSTFLAGS".into(), |c| c == SEPARATOR)
        .or_else(|| from_env(layers, "RUSTFLAGS".into(), |c| c == ' '))
        .or_else(|| Some(for_targets(layers)).filter(|flags| !flags.is_empty()))
        .unwrap_or_else(|| joined(layers, &["build", "rustflags"], "CARGO_BUILD_RUSTFLAGS".into()))
}

fn from_env(
    layers: &Layers<'_>,
    name: Cow<'static, str>,
    is_separator: fn(char) -> bool,
) -> Option<Vec<Setting<String>>> {
    let text = layers.env.text(&name)?;
    let words = text.split(is_separator).map(str::trim).filter(|word| !word.is_empty());
    let setting = |word: &str| Setting {
        value: word.to_owned(),
        origin: Origin::Env(name.clone()),
    };
    Some(words.map(setting).collect())
}

/// Lists are joined: the farthest file first, then nearer ones, then the variable, so that the nearest has precedence.
fn joined(layers: &Layers<'_>, keys: &[&str], variable: Cow<'static, str>) -> Vec<Setting<String>> {
    let mut all = from_files(layers, keys);
    all.extend(from_env(layers, variable, char::is_whitespace).into_iter().flatten());
    all
}

/// Strings are not joined: the nearest file's counts (cargo's `ConfigValue::merge`). Cargo refuses a mix of both.
fn from_files(layers: &Layers<'_>, keys: &[&str]) -> Vec<Setting<String>> {
    let mut with_it = layers.configs.iter().filter(|file| file.get(keys).is_some());
    let is_text = |file: &TomlFile| file.get(keys).is_some_and(|found| found.item.is_str());
    match with_it.next() {
        Some(nearest) if is_text(nearest) => words(nearest, keys),
        Some(nearest) => {
            let farther: Vec<_> = with_it.filter(|file| !is_text(file)).collect();
            let all = farther.into_iter().rev().chain([nearest]);
            all.flat_map(|file| words(file, keys)).collect()
        }
        None => Vec::new(),
    }
}

/// The table of each target's own name, then those whose condition holds.
fn for_targets(layers: &Layers<'_>) -> Vec<Setting<String>> {
    let mut conditions: Vec<&str> = tables(layers).filter(|name| name.starts_with("cfg(")).collect();
    conditions.sort_unstable();
    conditions.dedup();
    let mut all = Vec::new();
    for target in targets(layers) {
        let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
        all.extend(joined(layers, &["target", &target, "rustflags"], variable.into()));
        for name in conditions.iter().filter(|name| platform::is_for(name, &target)) {
            all.extend(from_files(layers, &["target", name, "rustflags"]));
        }
    }
    all
}

/// What cargo passes to every rustc by options of their own: `build.target`, `target.<triple>.linker`.
pub(super) fn of_target(layers: &Layers<'_>) -> Vec<Setting<String>> {
    let targets = targets(layers);
    let linkers = targets.iter().map(|target| ["target", target, "linker"]);
    let linkers = linkers.filter_map(|keys| layers.config_text(&keys));
    let all = layers.config_text(&["build", "target"]).into_iter().chain(linkers);
    all.map(|(setting, _)| setting).collect()
}

/// The names of all `[target.…]` tables.
fn tables<'a>(layers: &'a Layers<'_>) -> impl Iterator<Item = &'a str> {
    layers.configs.iter().flat_map(|file| {
        let targets = file.get(&["target"]).and_then(|found| found.item.as_table_like());
        targets.into_iter().flat_map(|table| table.iter()).map(|(name, _)| name)
    })
}

/// The targets that cargo builds for: CARGO_BUILD_TARGET, the nearest `build.target`, else this machine.
fn targets(layers: &Layers<'_>) -> Vec<String> {
    if let Some(target) = layers
        .env
        .text("CARGO_BUILD_TARGET")
        .filter(|target| !target.is_empty())
    {
        return vec![target];
    }
    let named = layers
        .configs
        .iter()
        .find_map(|file| Some(texts(file.get(&["build", "target"])?)));
    named
        .filter(|targets| !targets.is_empty())
        .unwrap_or_else(|| vec![platform::host()])
}

/// A list of words, or one string of them.
fn words(file: &TomlFile, keys: &[&str]) -> Vec<Setting<String>> {
    let Some(found) = file.get(keys) else {
        return Vec::new();
    };
    let list = texts(found);
    list.into_iter().map(|word| located(file, found, word)).collect()
}

fn texts(found: Located<'_>) -> Vec<String> {
    if let Some(text) = found.item.as_str() {
        return text.split_whitespace().map(str::to_owned).collect();
    }
    let array = found.item.as_array();
    let words = array.into_iter().flatten().filter_map(|word| word.as_str());
    words.map(str::to_owned).collect()
}
