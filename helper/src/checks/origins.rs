//! Where the next server's settings come from: a variable, a line of the config file, or sccache's default.

use crate::facts::Facts;
use crate::origin::Origin;

/// Of the cache's directory on this disk.
pub(super) fn cache_dir(facts: &Facts) -> Origin {
    const VARIABLE: &str = "SCCACHE_DIR";
    if facts.disk_table_from_env().contains(&VARIABLE) {
        return Origin::Env(VARIABLE.into());
    }
    facts.disk_setting("dir").map_or(Origin::Default, |dir| dir.origin)
}

/// Of the base directories.
pub(super) fn basedirs(facts: &Facts) -> Option<Origin> {
    const VARIABLE: &str = "SCCACHE_BASEDIRS";
    match facts.shell.env.get(VARIABLE) {
        Some(_) => Some(Origin::Env(VARIABLE.into())),
        None => Some(facts.sccache.in_config(&["basedirs"])?.origin),
    }
}

/// For messages: `SCCACHE_DIR`, `/home/u/.config/sccache/config:3`, `sccache's default`.
pub(super) fn shown(origin: &Origin) -> String {
    match origin {
        Origin::Default => "sccache's default".to_owned(),
        origin => origin.to_string(),
    }
}
