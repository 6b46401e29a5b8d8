//! Nothing is built here, and another worktree has what could be copied.

use super::Check;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(super) const CHECK: Check = Check {
    id: "worktree-cold",
    severity: Severity::Info,
    explanation: include_str!("worktree_cold.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let sibling = facts.deep.as_ref().and_then(|deep| deep.built_sibling.as_ref());
    let found = sibling.map(|sibling| {
        CHECK.finding(
            format!(
                "nothing is built in this worktree yet; {} has built dependencies",
                sibling.display()
            ),
            Fix::Run("sccache-shell warm".to_owned()),
        )
    });
    found.into_iter().collect()
}
