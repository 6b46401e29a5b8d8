//! `[cache.disk]` as the environment and the config file give it, by sccache's rules (`config_from_env`, "Local", and
//! `from_env_and_file_configs` in its `src/config.rs`).

use std::path::PathBuf;

use super::config_file::xdg_dir;
use crate::environment::Environment;
use crate::size::Size;
use crate::toml_file::TomlFile;

/// The variables, and the key that each sets. Any one of them in the environment replaces the file's whole table.
pub const TABLE: [(&str, &str); 4] = [
    ("SCCACHE_DIR", "dir"),
    ("SCCACHE_CACHE_SIZE", "size"),
    ("SCCACHE_DIRECT", "preprocessor_cache_mode"),
    ("SCCACHE_LOCAL_RW_MODE", "rw_mode"),
];

/// The variables that replace the table. A value that sccache ignores counts as unset.
pub fn replaced_by(env: &Environment) -> Vec<&'static str> {
    let is_mode = |text: &str| matches!(text.to_uppercase().as_str(), "READ_ONLY" | "READ_WRITE");
    let counts = |name: &str| {
        env.text(name).is_some_and(|text| match name {
            "SCCACHE_CACHE_SIZE" => text.parse::<Size>().is_ok(),
            "SCCACHE_DIRECT" => is_boolean(&text),
            "SCCACHE_LOCAL_RW_MODE" => is_mode(&text),
            // An empty path counts.
            _ => true,
        })
    };
    let names = TABLE.into_iter().map(|(name, _)| name);
    names.filter(|name| counts(name)).collect()
}

/// What sccache takes for a boolean (`bool_from_env_var` in its `src/config.rs`).
pub fn is_boolean(text: &str) -> bool {
    matches!(
        text.to_lowercase().as_str(),
        "true" | "on" | "1" | "false" | "off" | "0"
    )
}

/// The cache's directory for a process with this environment that reads this file: Linux's rules for the default.
pub(super) fn dir(env: &Environment, file: Option<&TomlFile>) -> Option<PathBuf> {
    let default = || Some(xdg_dir(env, "XDG_CACHE_HOME", ".cache")?.join("sccache"));
    let named = if replaced_by(env).is_empty() {
        let found = file.and_then(|file| file.get(&["cache", "disk", "dir"]));
        found.and_then(|found| found.item.as_str()).map(PathBuf::from)
    } else {
        env.get("SCCACHE_DIR").map(PathBuf::from)
    };
    named.or_else(default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn dir_of(vars: &[(&str, &str)], file: &str) -> Option<PathBuf> {
        let file = TomlFile::parse("config".into(), file.to_owned());
        dir(&Environment::new(vars.iter().copied(), Path::new("/")), Some(&file))
    }

    #[test]
    fn by_sccaches_rules() {
        let file = "[cache.disk]\ndir = \"/f\"\n";
        let home = ("HOME", "/h");
        let default = Some(PathBuf::from("/h/.cache/sccache"));
        assert_eq!(dir_of(&[home], file), Some("/f".into()));
        assert_eq!(dir_of(&[home], ""), default);
        assert_eq!(dir_of(&[home, ("SCCACHE_DIR", "/e")], file), Some("/e".into()));
        assert_eq!(dir_of(&[home, ("SCCACHE_DIRECT", "true")], file), default);
        assert_eq!(dir_of(&[home, ("SCCACHE_CACHE_SIZE", "1GB")], file), Some("/f".into()));
        assert_eq!(dir_of(&[home, ("XDG_CACHE_HOME", "/x")], ""), Some("/x/sccache".into()));
        assert_eq!(dir_of(&[home, ("XDG_CACHE_HOME", "rel")], ""), default);
        assert_eq!(dir_of(&[], ""), None);
    }
}
