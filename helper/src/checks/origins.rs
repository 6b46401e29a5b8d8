//! Where the next server's settings come from: a variable, a line of the config file, or sccache's default.

use crate::facts::Facts;
use crate::origin::Origin;

/// Of the cache's directory on this disk.
pub(super) fn cache_dir(facts: &Facts) -> Origin {
    const VARIABLE: &str = "SCCACHE_DIR";
    match facts.disk_table_from_env().as_slice() {
        [] => in_file(facts, &["cache", "disk", "dir"]).unwrap_or(Origin::Default),
        set if set.contains(&VARIABLE) => Origin::Env(VARIABLE.into()),
        // Any other of them puts the file's table out of use.
        _ => Origin::Default,
    }
}

/// In words: `SCCACHE_DIR`, `/home/u/.config/sccache/config:3`, `sccache's default`.
pub(super) fn shown(origin: &Origin) -> String {
    match origin {
        Origin::Default => "sccache's default".to_owned(),
        origin => origin.to_string(),
    }
}

/// Of the base directories.
pub(super) fn basedirs(facts: &Facts) -> Option<Origin> {
    const VARIABLE: &str = "SCCACHE_BASEDIRS";
    match facts.shell.env.get(VARIABLE) {
        Some(_) => Some(Origin::Env(VARIABLE.into())),
        None => in_file(facts, &["basedirs"]),
    }
}

/// The line of sccache's config file that has the key.
pub(super) fn in_file(facts: &Facts, keys: &[&str]) -> Option<Origin> {
    let file = facts.sccache.config.as_ref()?.toml()?;
    Some(file.origin(file.get(keys)?))
}
