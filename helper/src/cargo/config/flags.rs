//! The flags that cargo gives to every rustc, by cargo's precedence: the first kind that is there wins (its
//! `src/cargo/core/compiler/build_context/target_info.rs`, `extra_args`).

use std::borrow::Cow;

use super::places::Places;
use super::platform;
use super::setting::located;
use crate::origin::{Origin, Setting};
use crate::toml_file::{Located, TomlFile};

/// CARGO_ENCODED_RUSTFLAGS, RUSTFLAGS, `target.*.rustflags` for what is built, `build.rustflags`.
pub(super) fn rustflags(places: &Places<'_>) -> Vec<Setting<String>> {
    const SEPARATOR: char = '\u{1f}';
    // Set but empty, they still hide all others.
    from_env(places, "CARGO_ENCODED_RUSTFLAGS".into(), |c| c == SEPARATOR)
        .or_else(|| from_env(places, "RUSTFLAGS".into(), |c| c == ' '))
        .or_else(|| Some(for_targets(places)).filter(|flags| !flags.is_empty()))
        .unwrap_or_else(|| joined(places, &["build", "rustflags"], "CARGO_BUILD_RUSTFLAGS".into()))
}

fn from_env(
    places: &Places<'_>,
    name: Cow<'static, str>,
    is_separator: fn(char) -> bool,
) -> Option<Vec<Setting<String>>> {
    let text = places.env.text(&name)?;
    let words = text.split(is_separator).map(str::trim).filter(|word| !word.is_empty());
    let setting = |word: &str| Setting {
        value: word.to_owned(),
        origin: Origin::Env(name.clone()),
    };
    Some(words.map(setting).collect())
}

/// Lists are joined, and who is asked first has the last word: the farthest file, then nearer ones, then the variable.
fn joined(places: &Places<'_>, keys: &[&str], variable: Cow<'static, str>) -> Vec<Setting<String>> {
    let mut all = from_files(places, keys);
    all.extend(from_env(places, variable, char::is_whitespace).into_iter().flatten());
    all
}

/// Of texts the nearest file's alone counts (cargo's `ConfigValue::merge`); it refuses a text here and a list there.
fn from_files(places: &Places<'_>, keys: &[&str]) -> Vec<Setting<String>> {
    let mut with_it = places.configs.iter().filter(|file| file.get(keys).is_some());
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
fn for_targets(places: &Places<'_>) -> Vec<Setting<String>> {
    let mut conditions: Vec<&str> = tables(places).filter(|name| name.starts_with("cfg(")).collect();
    conditions.sort_unstable();
    conditions.dedup();
    let mut all = Vec::new();
    for target in targets(places) {
        let variable = format!("CARGO_TARGET_{}_RUSTFLAGS", target.to_uppercase().replace('-', "_"));
        all.extend(joined(places, &["target", &target, "rustflags"], variable.into()));
        for name in conditions.iter().filter(|name| platform::is_for(name, &target)) {
            all.extend(from_files(places, &["target", name, "rustflags"]));
        }
    }
    all
}

/// The names of all `[target.…]` tables.
fn tables<'a>(places: &'a Places<'_>) -> impl Iterator<Item = &'a str> {
    places.configs.iter().flat_map(|file| {
        let targets = file.get(&["target"]).and_then(|found| found.item.as_table_like());
        targets.into_iter().flat_map(|table| table.iter()).map(|(name, _)| name)
    })
}

/// What is built for: CARGO_BUILD_TARGET, the nearest `build.target`, else this machine.
fn targets(places: &Places<'_>) -> Vec<String> {
    if let Some(target) = places
        .env
        .text("CARGO_BUILD_TARGET")
        .filter(|target| !target.is_empty())
    {
        return vec![target];
    }
    let named = places
        .configs
        .iter()
        .find_map(|file| Some(texts(file.get(&["build", "target"])?)));
    named
        .filter(|targets| !targets.is_empty())
        .unwrap_or_else(|| vec![platform::host()])
}

/// A list of words, or one text of them.
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
