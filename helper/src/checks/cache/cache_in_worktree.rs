//! Each worktree has a cache of its own.

use crate::checks::origins;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-in-worktree",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("cache_in_worktree.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(dir), Some(root)) = (&facts.sccache.cache_dir, facts.worktree_to_itself()) else {
        return Vec::new();
    };
    // CI services keep what lies in the checkout from one run to the next.
    if !dir.path.starts_with(root) || facts.shell.env.is_ci() {
        return Vec::new();
    }
    let fix = if facts.disk_table_from_env().contains(&"SCCACHE_DIR") {
        Fix::Run("unset SCCACHE_DIR".to_owned())
    } else {
        Fix::Do(format!(
            "remove `dir` from {}",
            facts
                .sccache
                .config_path()
                .unwrap_or_else(|| "the config file".to_owned())
        ))
    };
    let origin = origins::cache_dir(facts);
    let finding = CHECK.finding(
        format!(
            "sccache's cache {} ({}) lies in the worktree: a new worktree starts with an empty one",
            dir.path.display(),
            origins::shown(&origin)
        ),
        fix,
    );
    vec![finding.at_places([origin])]
}
