//! All judging. One check, one file, in the folder of its subject, beside the text that `explain` prints; a check is
//! pure and never prints. To add one: write `<id>.rs` and `<id>.md` (underscores for dashes) and name it in the
//! folder's `mod.rs`.

mod cache;
mod config;
mod fixes;
mod given;
mod incremental;
mod keys;
mod lines;
mod modes;
mod origins;
mod sccache;
mod server;
mod stats;
mod tmpdir;
mod worktrees;
mod wrapper;

use std::borrow::Cow;

use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

/// One thing that can be wrong.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Stable, kebab-case, names the problem.
    pub id: &'static str,
    /// How bad it is at worst.
    pub severity: Severity,
    /// What it does to builds.
    pub effect: Effect,
    /// What `explain` prints: Markdown, a title that is the id, a line that says it all, then sections.
    pub explanation: &'static str,
    /// Judges the facts; empty where all is well.
    pub run: fn(&Facts) -> Vec<Finding>,
}

/// What a problem does to builds, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// What is compiled, or what comes out of the cache, is not what it should be, and nothing says so.
    WrongResults,
    /// Compiles fail or hang.
    BrokenBuilds,
    /// What was stored is deleted, or never found again.
    LostCache,
    /// Something is compiled although it could have been found.
    FewerHits,
    /// By the numbers of the running server, once there are enough of them.
    Counted,
}

impl Effect {
    /// All of them, the worst first.
    pub const ALL: [Self; 5] = [
        Self::WrongResults,
        Self::BrokenBuilds,
        Self::LostCache,
        Self::FewerHits,
        Self::Counted,
    ];

    /// The heading of its checks.
    pub fn title(self) -> &'static str {
        match self {
            Self::WrongResults => "Wrong results",
            Self::BrokenBuilds => "Broken builds",
            Self::LostCache => "A cache that gets lost",
            Self::FewerHits => "Fewer hits",
            Self::Counted => "What the server counted",
        }
    }

    /// What its checks find.
    pub fn about(self) -> &'static str {
        match self {
            Self::WrongResults => {
                "What is compiled, or what comes out of the cache, is not what it should be, and nothing says so."
            }
            Self::BrokenBuilds => "Compiles fail or hang.",
            Self::LostCache => "What was stored is deleted, or never found again.",
            Self::FewerHits => "Something is compiled although it could have been found.",
            Self::Counted => "By the numbers of the running server, once there are enough of them.",
        }
    }

    /// Its checks, causes before effects.
    pub fn checks(self) -> impl Iterator<Item = &'static Check> {
        SUBJECTS
            .iter()
            .flat_map(|checks| checks.iter())
            .filter(move |check| check.effect == self)
    }
}

/// Every check; causes before effects, as far as a subject can be one.
const SUBJECTS: [&[Check]; 11] = [
    sccache::CHECKS,
    config::CHECKS,
    wrapper::CHECKS,
    incremental::CHECKS,
    server::CHECKS,
    tmpdir::CHECKS,
    cache::CHECKS,
    keys::CHECKS,
    worktrees::CHECKS,
    modes::CHECKS,
    stats::CHECKS,
];

/// Every check, by [`Effect`].
pub fn all() -> impl Iterator<Item = &'static Check> {
    Effect::ALL.into_iter().flat_map(Effect::checks)
}

impl Check {
    /// The line under the explanation's title.
    pub fn summary(&self) -> &'static str {
        self.explanation
            .lines()
            .skip(1)
            .find(|line| !line.is_empty())
            .unwrap_or_default()
    }

    /// A finding that comes from a variable.
    fn of_variable(&self, name: impl Into<Cow<'static, str>>, what: String, fix: Fix) -> Finding {
        self.finding(what, fix).at_places([Origin::Env(name.into())])
    }

    fn finding(&self, what: String, fix: Fix) -> Finding {
        Finding {
            id: self.id,
            severity: self.severity,
            what,
            places: Vec::new(),
            detail: Vec::new(),
            fix,
        }
    }
}

/// Runs all checks but those in `ignored` for each workspace; the worst findings first, else in the order of [`all`].
pub fn run(projects: &[Facts], ignored: &[String]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for check in all().filter(|check| !ignored.iter().any(|id| id == check.id)) {
        for facts in projects {
            let found = (check.run)(facts).into_iter();
            for finding in found.map(|finding| lines::shown(facts, given::placed(facts, finding))) {
                // What is not of one workspace is found in each.
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The check of that id.
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

/// The id that somebody most likely meant.
pub fn nearest(id: &str) -> Option<&'static str> {
    /// Less is another word.
    const ALIKE: f32 = 0.6;
    let likeness = |check: &Check| similar::TextDiff::from_chars(check.id, id).ratio();
    let best = all()
        .map(|check| (check.id, likeness(check)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, likeness)| *likeness >= ALIKE).map(|(id, _)| id)
}

#[cfg(test)]
mod tests;
