//! What must hold for an edit of any text: it contains the new settings, and nothing else is changed.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml_edit::{Item, Value};

use super::{Edit, Wish, diff, plan};
use crate::facts::config_file::{ConfigFile, Content};
use crate::size::Size;
use crate::toml_file::TomlFile;

const SIZE: [&str; 3] = ["cache", "disk", "size"];
const MODE: [&str; 4] = [
    "cache",
    "disk",
    "preprocessor_cache_mode",
    "use_preprocessor_cache_mode",
];

pub(crate) fn assert_invariants(text: &str) {
    let size = Some(Size(24 << 30));
    for preprocessor_mode in [None, Some(false)] {
        let wish = Wish {
            size,
            preprocessor_mode,
        };
        if let Ok(Some(edit)) = plan(&config(text), wish) {
            is_good(text, wish, &edit);
        }
    }
}

fn config(text: &str) -> ConfigFile {
    let path = PathBuf::from("config");
    ConfigFile {
        path: path.clone(),
        named_by_env: false,
        mode: None,
        true_path: None,
        beside: None,
        content: Content::Toml(Box::new(TomlFile::parse(path, text.to_owned()))),
    }
}

fn is_good(text: &str, wish: Wish, edit: &Edit) {
    assert_eq!(edit.before.as_deref(), Some(text));
    assert!(!diff(edit).is_empty());
    let after = &edit.after;
    let file = TomlFile::parse("config".into(), after.clone());
    let size = file
        .get(&SIZE)
        .and_then(|found| found.item.as_value())
        .and_then(super::size_of);
    assert_eq!(size, wish.size, "{after}");
    let mode = file.get(&MODE).and_then(|found| found.item.as_bool());
    assert!(
        wish.preprocessor_mode.is_none() || mode == wish.preprocessor_mode,
        "{after}"
    );
    assert_eq!(
        plan(&config(after), wish),
        Ok(None),
        "a second edit changes nothing: {after}"
    );
    assert_eq!(values(text), values(after), "nothing else is changed");
    // Comments are kept.
    let is_comment = |line: &&str| line.trim_start().starts_with('#');
    let kept: Vec<&str> = after.lines().filter(is_comment).map(str::trim).collect();
    for comment in text.lines().filter(is_comment).map(str::trim) {
        assert!(kept.contains(&comment), "{comment} is lost: {after}");
    }
}

/// All values by their keys, except those that an edit sets.
fn values(text: &str) -> BTreeMap<Vec<String>, String> {
    let mut all = BTreeMap::new();
    if let Ok(document) = &TomlFile::parse("config".into(), text.to_owned()).parsed {
        collect(document.as_item(), &mut Vec::new(), &mut all);
    }
    let is_set = |place: &[String], wished: &[&str]| {
        place.len() >= wished.len() && place.iter().zip(wished).all(|(key, wished)| key == wished)
    };
    all.retain(|place, _| !is_set(place, &SIZE) && !is_set(place, &MODE));
    all
}

fn collect(item: &Item, place: &mut Vec<String>, all: &mut BTreeMap<Vec<String>, String>) {
    if let Some(table) = item.as_table_like() {
        for (key, item) in table.iter() {
            place.push(key.to_owned());
            collect(item, place, all);
            place.pop();
        }
    } else if let Some(tables) = item.as_array_of_tables() {
        for (number, table) in tables.iter().enumerate() {
            place.push(number.to_string());
            collect(&Item::Table(table.clone()), place, all);
            place.pop();
        }
    } else if let Some(value) = item.as_value() {
        all.insert(place.clone(), plain(value));
    }
}

/// The value without comments and spaces. A string as it is parsed, since its line ends may change.
fn plain(value: &Value) -> String {
    if let Some(text) = value.as_str() {
        return format!("{text:?}");
    }
    let mut value = value.clone();
    value.decor_mut().clear();
    value.to_string().replace("\r\n", "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn of_any_text(text: String) {
            assert_invariants(&text);
        }

        #[test]
        fn of_any_lines(lines in proptest::collection::vec(0usize..20, 0..12), crlf: bool) {
            const LINES: [&str; 20] = [
                "# a comment", "", "  # another \u{e9}", "[cache]", "[cache.disk]", "[cache.disk] # why", "[dist]",
                "[cache.disk.preprocessor_cache_mode]", "[[list]]", "size = \"1G\" # old", "size = 1_000", "dir = '/c'",
                "disk = { size = 5, dir = \"x\" } # in line", "cache.disk.size = 0x10", "cache = { disk = {} }",
                "use_preprocessor_cache_mode = true", "a = [1,\n # in it\n 2]", "b = \"\"\"\n# text\n\"\"\"",
                "preprocessor_cache_mode = { file_stat_matches = true }", "\"size\" = '7M'",
            ];
            let lines: Vec<&str> = lines.into_iter().map(|line| LINES[line]).collect();
            assert_invariants(&(lines.join(if crlf { "\r\n" } else { "\n" })));
        }
    }
}
