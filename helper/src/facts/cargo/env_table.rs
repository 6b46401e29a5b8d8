//! The table `[env]`: variables that cargo gives to rustc and to build scripts.

use std::collections::BTreeMap;

use toml_edit::Item;

use super::setting::Places;

/// A variable's value as it is written. What is relative to the file's place is the same in every worktree that has the
/// same file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    value: String,
    is_forced: bool,
    is_relative: bool,
}

/// All of them by their names; of several the nearest file's.
pub(super) fn variables(places: &Places<'_>) -> BTreeMap<String, Variable> {
    let mut all = BTreeMap::new();
    let tables = places.configs.iter().filter_map(|file| file.get(&["env"]));
    for table in tables.filter_map(|found| found.item.as_table_like()) {
        for (name, item) in table.iter() {
            if let Some(variable) = variable(item) {
                all.entry(name.to_owned()).or_insert(variable);
            }
        }
    }
    all
}

/// `NAME = "value"` or `NAME = { value = "value", force = true, relative = true }`.
fn variable(item: &Item) -> Option<Variable> {
    let flag = |name: &str| item.get(name).and_then(Item::as_bool).unwrap_or(false);
    let value = item.as_str().or_else(|| item.get("value")?.as_str())?;
    Some(Variable {
        value: value.to_owned(),
        is_forced: flag("force"),
        is_relative: flag("relative"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::Cargo;
    use super::*;
    use crate::facts::environment::Environment;

    #[test]
    fn the_nearest_file_wins() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write(
            ".cargo/config.toml",
            "[env]\nA = \"above\"\nB = { value = \"b\", relative = true }\nC = 1\n",
        );
        write("w/.cargo/config.toml", "env.A = { value = \"a\", force = true }\n");
        let env = Environment::new([("HOME", dir.path())], &dir.path().join("w"));
        let found = Cargo::read(&env).variables;
        let variable = |value: &str, is_forced, is_relative| Variable {
            value: value.to_owned(),
            is_forced,
            is_relative,
        };
        assert_eq!(found["A"], variable("a", true, false));
        assert_eq!(found["B"], variable("b", false, true));
        assert!(!found.contains_key("C"), "cargo refuses it");
    }
}
