//! The table `[env]`: variables that cargo sets for rustc and build scripts.

use std::collections::BTreeMap;

use super::layers::Layers;
use super::setting::{config_root, located, nearest};
use crate::environment::Given;
use crate::origin::Origin;
use crate::toml_file::Located;

/// Cargo refuses to build if one of these is in the table (its `env_config`).
const REFUSED: [&str; 3] = ["CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN"];

/// All of them, by name. Cargo merges tables key by key, also the parts of one variable.
pub(super) fn variables(layers: &Layers<'_>) -> BTreeMap<String, Given> {
    let tables = layers.configs.iter().filter_map(|file| file.get(&["env"]));
    let tables = tables.filter_map(|found| found.item.as_table_like());
    let mut names: Vec<&str> = tables.flat_map(|table| table.iter()).map(|(name, _)| name).collect();
    names.sort_unstable();
    names.dedup();
    names.retain(|name| !REFUSED.contains(name));
    let variable = |name: &str| Some((name.to_owned(), variable(layers, name)?));
    names.into_iter().filter_map(variable).collect()
}

/// `NAME = "value"` or `NAME = { value = "value", force = true, relative = true }`, of the nearest file that has it.
fn variable(layers: &Layers<'_>, name: &str) -> Option<Given> {
    let configs = &layers.configs;
    let text = |found: Located<'_>| found.item.as_str().map(str::to_owned);
    let nearest_of_all = configs.iter().find_map(|file| Some((file, file.get(&["env", name])?)));
    if let Some((file, found)) = nearest_of_all.filter(|(_, found)| !found.item.is_table_like()) {
        let plain = located(file, found, text(found)?);
        return Some(Given {
            value: plain.value.into(),
            is_forced: false,
            origin: plain.origin,
        });
    }
    let part = |key: &'static str| ["env", name, key];
    let flag = |key| nearest(configs.iter(), &part(key), |found| found.item.as_bool()).is_some_and(|flag| flag.value);
    let value = nearest(configs.iter(), &part("value"), text)?;
    let root = match &value.origin {
        Origin::File(path, _) if flag("relative") => Some(config_root(path)),
        _ => None,
    };
    Some(Given {
        value: root.map_or_else(|| value.value.clone().into(), |root| root.join(&value.value).into()),
        is_forced: flag("force"),
        origin: value.origin,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Cargo;
    use crate::environment::Environment;

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
            "[env]\nA = \"above\"\nB = { value = \"b\", relative = true }\nC = 1\nD = { value = \"\", relative = true }\n\
            CARGO_HOME = \"/x\"\nE = { value = \"far\", force = true }\n",
        );
        write(
            "w/.cargo/config.toml",
            "env.A = { value = \"a\", force = true }\nenv.E = { value = \"near\" }\n",
        );
        let env = Environment::new([("HOME", dir.path())], &dir.path().join("w"));
        let found = Cargo::read(&env).variables;
        let at = |name: &str| {
            format!(
                "{:?} {} {}",
                found[name].value, found[name].is_forced, found[name].origin
            )
        };
        let config = |dir: &str| dir.to_owned() + ".cargo/config.toml";
        let root = format!("{}/", dir.path().display());
        let shown = |name: &str| at(name).replace(&root, "");
        assert_eq!(shown("A"), format!("\"a\" true {}:1", config("w/")));
        assert_eq!(shown("B"), format!("\"b\" false {}:3", config("")));
        assert!(at("B").starts_with(&format!("{:?}", dir.path().join("b"))));
        assert!(!found.contains_key("C"), "cargo refuses it");
        // What is relative and empty is the directory itself, with the slash that cargo's own join leaves.
        assert!(at("D").starts_with(&format!("\"{root}\"")), "{}", at("D"));
        assert!(!found.contains_key("CARGO_HOME"), "cargo refuses this too");
        assert_eq!(
            shown("E"),
            format!("\"near\" true {}:2", config("w/")),
            "each part from the nearest that has it"
        );
    }

    #[test]
    fn the_shell_wins_unless_it_is_forced() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join(".cargo")).unwrap();
        let text =
            "[env]\nA = \"a\"\nB = { value = \"b\", force = true }\nC = \"c\"\nD = { value = \"d\", force = true }\n";
        std::fs::write(dir.path().join(".cargo/config.toml"), text).unwrap();
        let shell = [("A", "shell"), ("B", "shell"), ("D", "d"), ("E", "e")];
        let shell = Environment::new(shell, dir.path()).with([("HOME".into(), dir.path().into())]);
        let env = Cargo::read(&shell).environment(&shell);
        let values = ["A", "B", "C", "D", "E"].map(|name| env.text(name).unwrap());
        assert_eq!(values, ["shell", "b", "c", "d", "e"]);
        let given = ["A", "B", "C", "D", "E"].map(|name| env.given(name).is_some());
        assert_eq!(given, [false, true, true, false, false]);
    }
}
