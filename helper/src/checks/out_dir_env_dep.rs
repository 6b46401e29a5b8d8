//! Crates that read OUT_DIR.

use super::Check;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(super) const CHECK: Check = Check {
    id: "out-dir-env-dep",
    severity: Severity::Info,
    explanation: include_str!("out_dir_env_dep.md"),
    run,
};

/// As many names as fit a line.
const SHOWN: usize = 4;

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(crates) = facts.deep.as_ref().map(|deep| &deep.units.out_dir_crates) else {
        return Vec::new();
    };
    let has_others = facts
        .repository
        .iter()
        .flat_map(|repository| repository.others())
        .next()
        .is_some();
    // Our wrapper gives a crate an OUT_DIR that is the same everywhere, where it can.
    if crates.is_empty() || !has_others || !facts.caches_rust() || facts.wrapper_is_ours() {
        return Vec::new();
    }
    let mut names = crates.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if crates.len() > SHOWN {
        names += &format!(" and {} more", crates.len() - SHOWN);
    }
    vec![
        CHECK
            .finding(
                format!("{names} read OUT_DIR, whose path is in the key: they and all that use them miss in every other worktree"),
                Fix::Do("let our wrapper be cargo's: it gives them an OUT_DIR that is named by its content".to_owned()),
            )
            .with_detail(crates.iter().cloned()),
    ]
}
