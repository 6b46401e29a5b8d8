//! A key of the config file that this sccache does not know yet.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Blame;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;
use crate::toml_file::TomlFile;
use crate::version::Version;

pub(in crate::checks) const CHECK: Check = Check {
    id: "config-key-too-new",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("config_key_too_new.md"),
    run,
};

/// Keys and the first version that knows them. An older one refuses the whole file.
const KEYS: [(&[&str], Version); 5] = [
    (&["basedirs"], Version(0, 14, 0)),
    (&["cache", "multilevel"], Version(0, 15, 0)),
    (&["client_side_mode"], Version(0, 17, 0)),
    (&["cache", "webdav", "disable_create_dir"], Version(0, 19, 0)),
    (SIZE, Version(0, 11, 0)),
];

/// Older versions want a number here.
const SIZE: &[&str] = &["cache", "disk", "size"];

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(file), Some(version)) = (
        facts.sccache.config.as_ref().and_then(|config| config.toml()),
        facts.sccache.broken_version,
    ) else {
        return Vec::new();
    };
    if facts.sccache.blame() != Some(Blame::ConfigFile) {
        return Vec::new();
    }
    too_new(file, version)
        .map(|(key, line, first)| {
            let finding = CHECK.finding(
                format!(
                    "{}:{line}: `{key}` needs sccache {first} or later, and this is {version}: every call of it fails",
                    file.path.display()
                ),
                Fix::Do(format!("use sccache {first} or later, or remove the key")),
            );
            finding.at_places([Origin::File(file.path.clone(), line)])
        })
        .into_iter()
        .collect()
}

/// Whether a key is the reason why the file is refused.
pub(in crate::checks) fn is_reason(facts: &Facts) -> bool {
    !run(facts).is_empty()
}

fn too_new(file: &TomlFile, version: Version) -> Option<(String, usize, Version)> {
    KEYS.iter()
        .filter(|(_, first)| version < *first)
        .find_map(|(key, first)| {
            let found = file.get(key)?;
            let counts = *key != SIZE || found.item.is_str();
            counts.then(|| (key.join("."), found.line, *first))
        })
}
