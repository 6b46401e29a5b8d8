//! A table that switches preprocessor mode off by not mentioning it.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "preprocessor-table-partial",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("preprocessor_table_partial.md"),
    run,
};

const TABLE: [&str; 3] = ["cache", "disk", "preprocessor_cache_mode"];

fn run(facts: &Facts) -> Vec<Finding> {
    let file = facts.sccache.config.as_ref().and_then(|config| config.toml());
    let found = file.and_then(|file| Some((file, file.get(&TABLE)?)));
    let Some((file, found)) = found.filter(|_| facts.disk_table_from_env().is_empty()) else {
        return Vec::new();
    };
    let says_so = found
        .item
        .as_table_like()
        .is_some_and(|table| table.contains_key("use_preprocessor_cache_mode"));
    if says_so {
        return Vec::new();
    }
    let place = file.origin(found);
    let finding = CHECK.finding(
        format!(
            "{place}: the table does not say use_preprocessor_cache_mode, and so the mode is off, unlike without the table"
        ),
        // Where the mode is meant, `= true` does it as well: the page says so.
        Fix::Run("sccache-shell init --no-preprocessor-mode".to_owned()),
    );
    vec![finding.at_places([place])]
}
