//! Who says what the next server's settings are: a variable, a line of the config file, or nobody.

use crate::facts::Facts;

/// sccache's word where nobody says anything.
const DEFAULT: &str = "sccache's default";

/// Of the cache's directory on this disk.
pub(super) fn cache_dir(facts: &Facts) -> String {
    const VARIABLE: &str = "SCCACHE_DIR";
    match facts.disk_table_from_env().as_slice() {
        [] => in_file(facts, &["cache", "disk", "dir"]).unwrap_or_else(|| DEFAULT.to_owned()),
        set if set.contains(&VARIABLE) => VARIABLE.to_owned(),
        // Any other of them puts the file's table out of use.
        _ => DEFAULT.to_owned(),
    }
}

/// Of the base directories.
pub(super) fn basedirs(facts: &Facts) -> Option<String> {
    const VARIABLE: &str = "SCCACHE_BASEDIRS";
    match facts.env.get(VARIABLE) {
        Some(_) => Some(VARIABLE.to_owned()),
        None => in_file(facts, &["basedirs"]),
    }
}

fn in_file(facts: &Facts, keys: &[&str]) -> Option<String> {
    let file = facts.config.as_ref()?.toml()?;
    Some(format!("{}:{}", file.path.display(), file.get(keys)?.line))
}
