//! One variable replaces the whole `[cache.disk]` table of the file.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "env-overrides-file",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("env_overrides_file.md"),
    run,
};

/// What each variable stands for in the table.
const VARIABLES: [(&str, &str); 4] = [
    ("SCCACHE_DIR", "dir"),
    ("SCCACHE_CACHE_SIZE", "size"),
    ("SCCACHE_DIRECT", "preprocessor_cache_mode"),
    ("SCCACHE_LOCAL_RW_MODE", "rw_mode"),
];

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(file) = facts.sccache.config.as_ref().and_then(|config| config.toml()) else {
        return Vec::new();
    };
    let set = facts.disk_table_from_env();
    let lost: Vec<&str> = VARIABLES
        .iter()
        .filter(|(name, key)| !set.contains(name) && file.get(&["cache", "disk", key]).is_some())
        .map(|(_, key)| *key)
        .collect();
    let (false, Some(table)) = (set.is_empty() || lost.is_empty(), file.get(&["cache", "disk"])) else {
        return Vec::new();
    };
    let result = facts.sccache.planned().and_then(|planned| planned.max_size());
    let result = result
        .map(|size| format!(" (the next server gets {size})"))
        .unwrap_or_default();
    let variables = set.iter().map(|&name| Origin::Env(name.into()));
    let places: Vec<Origin> = variables.chain([file.origin(table)]).collect();
    let finding = CHECK.finding(
        format!(
            "{} in the environment replaces all of [cache.disk] in {}:{}: its {} no longer counts{result}",
            set.join(" and "),
            file.path.display(),
            table.line,
            lost.join(" and ")
        ),
        Fix::Run(format!("unset {}", set.join(" "))),
    );
    vec![finding.at_places(places)]
}
