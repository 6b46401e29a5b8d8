//! Files that sccache will delete.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "foreign-files-in-cache",
    severity: Severity::Error,
    effect: Effect::LostCache,
    explanation: include_str!("foreign_files_in_cache.md"),
    run,
};

/// As many names as fit a line.
const SHOWN: usize = 3;

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(dir) = facts.sccache.cache_dir.as_ref().filter(|dir| !dir.foreign.is_empty()) else {
        return Vec::new();
    };
    let mut names = dir.foreign.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if dir.foreign.len() > SHOWN {
        names += &format!(" and {} more", dir.foreign.len() - SHOWN);
    }
    vec![
        CHECK
            .finding(
                format!(
                    "sccache's cache {} has other files in it ({names}): sccache deletes them when it needs the room",
                    dir.path.display()
                ),
                Fix::Do(format!(
                    "move them elsewhere, or give sccache a directory of its own: `dir` in [cache.disk] of {}",
                    facts
                        .sccache
                        .config_path()
                        .unwrap_or_else(|| "its config file".to_owned())
                )),
            )
            .with_detail(dir.foreign.iter().cloned()),
    ]
}
