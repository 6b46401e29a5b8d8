//! The flags that cargo gives to every rustc, by cargo's precedence: the first kind that is there wins.

use super::setting::{Origin, Places, Setting, located};
use crate::facts::toml_file::{Located, TomlFile};

/// CARGO_ENCODED_RUSTFLAGS, RUSTFLAGS, `target.*.rustflags` (of any target: which one is built is not known
/// here), CARGO_BUILD_RUSTFLAGS, `build.rustflags`.
pub(super) fn rustflags(places: &Places<'_>) -> Vec<Setting<String>> {
    const SEPARATOR: char = '\u{1f}';
    let from_env = |name: &'static str, separator: fn(char) -> bool| {
        let text = places.env.text(name)?;
        let words = text.split(separator).map(str::trim).filter(|word| !word.is_empty());
        let setting = |word: &str| Setting {
            value: word.to_owned(),
            origin: Origin::Env(name),
        };
        Some(words.map(setting).collect())
    };
    let is_blank = |c| c == ' ';
    from_env("CARGO_ENCODED_RUSTFLAGS", |c| c == SEPARATOR)
        .or_else(|| from_env("RUSTFLAGS", is_blank))
        .or_else(|| some(targets(places)))
        .or_else(|| from_env("CARGO_BUILD_RUSTFLAGS", is_blank))
        .unwrap_or_else(|| {
            let build = |file| words(file, &["build", "rustflags"]);
            places.configs.iter().flat_map(build).collect()
        })
}

fn targets(places: &Places<'_>) -> Vec<Setting<String>> {
    let mut all = Vec::new();
    for file in &places.configs {
        let Some(targets) = file.get(&["target"]).and_then(|found| found.item.as_table_like()) else {
            continue;
        };
        for (name, _) in targets.iter() {
            all.extend(words(file, &["target", name, "rustflags"]));
        }
    }
    all
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

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}
