//! A cache directory that is taken literally.

use crate::checks::fixes::edit;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity, quote};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "dir-literal",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("dir_literal.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_DIR";

fn run(facts: &Facts) -> Vec<Finding> {
    if let Some(value) = facts.shell.env.text(VARIABLE) {
        let place = Origin::Env(VARIABLE.into());
        let finding = |why| {
            CHECK
                .finding(what(&format!("{VARIABLE}=`{value}`"), why), from_env(&value))
                .at_places([place])
        };
        return why(&value).map(finding).into_iter().collect();
    }
    let file = facts.sccache.config.as_ref().and_then(|config| config.toml());
    let found = file.and_then(|file| Some((file, file.get(&["cache", "disk", "dir"])?)));
    let Some((file, found)) = found.filter(|_| facts.disk_table_from_env().is_empty()) else {
        return Vec::new();
    };
    let value = found.item.as_str().unwrap_or_default();
    let place = file.origin(found);
    let shown = format!("{place}: dir = `{value}`");
    why(value)
        .map(|why| CHECK.finding(what(&shown, why), edit(&file.path)).at_places([place]))
        .into_iter()
        .collect()
}

fn why(value: &str) -> Option<&'static str> {
    if value.is_empty() {
        Some("is empty")
    } else if value.starts_with('~') || value.contains('$') {
        Some("is taken literally: nothing expands it")
    } else if !value.starts_with('/') {
        Some("is not an absolute path")
    } else {
        None
    }
}

fn what(place: &str, why: &str) -> String {
    format!("{place} {why}: the cache lands in a directory of that name, where the server happens to stand")
}

/// A shell expands a home that stands outside of the quotes.
fn from_env(value: &str) -> Fix {
    match value.strip_prefix("~/") {
        Some(rest) if !rest.contains('$') => Fix::Run(format!("export {VARIABLE}=\"$HOME\"/{}", quote(rest))),
        _ => Fix::Run(format!("unset {VARIABLE}")),
    }
}
