//! The checks: pure functions from [`Facts`] to problems, in a folder for each subject. Beside the code of a subject is
//! the text that `explain` prints, one file for each check. How to add a check: docs/architecture.md.

/// Declares the checks of a subject, causes before effects: the severity at worst and the effect of each. A check's
/// name is that of the function that judges the facts, and of the file with the text that `explain` prints.
macro_rules! checks {
    ($($name:ident: $severity:ident, $effect:ident;)+) => {
        pub(in crate::checks) const CHECKS: &[crate::checks::Check] = &[$(crate::checks::Check::new(
            stringify!($name),
            include_str!(concat!(stringify!($name), ".md")),
            crate::finding::Severity::$severity,
            crate::checks::Effect::$effect,
            |facts| $name(facts).into_iter().collect(),
        )),+];
    };
}

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

use crate::facts::Facts;
use crate::finding::{Finding, Fix, Problem, Severity};

/// A problem that can be found.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The stable, kebab-case name of the problem.
    pub id: &'static str,
    /// How bad it is at worst.
    pub severity: Severity,
    /// What it does to builds.
    pub effect: Effect,
    /// What `explain` prints: Markdown with the id as its title, a summary in one sentence, then sections.
    pub explanation: &'static str,
    /// Judges the facts; returns nothing if all is well.
    pub run: fn(&Facts) -> Vec<Problem>,
}

/// What a problem does to builds, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The compiler or the cache returns a wrong result, without any message.
    WrongResults,
    /// Compiles fail or hang.
    BrokenBuilds,
    /// Cached files are deleted, or never found again.
    LostCache,
    /// Something is compiled although it could have been a hit.
    FewerHits,
    /// Found in the statistics of the running server, once there are enough calls.
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
            Self::LostCache => "Lost caches",
            Self::FewerHits => "Fewer hits",
            Self::Counted => "Server statistics",
        }
    }

    /// What its checks find.
    pub fn about(self) -> &'static str {
        match self {
            Self::WrongResults => "The compiler or the cache returns a wrong result, without any message.",
            Self::BrokenBuilds => "Compiles fail or hang.",
            Self::LostCache => "Cached files are deleted, or never found again.",
            Self::FewerHits => "Something is compiled although it could have been a hit.",
            Self::Counted => "Found in the statistics of the running server, once there are enough calls.",
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
    const fn new(
        name: &str,
        explanation: &'static str,
        severity: Severity,
        effect: Effect,
        run: fn(&Facts) -> Vec<Problem>,
    ) -> Self {
        Self {
            id: id(name, explanation),
            severity,
            effect,
            explanation,
            run,
        }
    }

    /// The sentence below the explanation's title.
    pub fn summary(&self) -> &'static str {
        let mut lines = self.explanation.lines().skip(1);
        lines.find(|line| !line.is_empty()).unwrap_or_default()
    }

    fn finding(&self, problem: Problem) -> Finding {
        Finding {
            id: self.id,
            severity: problem.severity.unwrap_or(self.severity),
            what: problem.what,
            places: problem.places,
            detail: problem.detail,
            fix: problem.fix,
        }
    }
}

/// The name with dashes, which is the title of the explanation. With a different title it does not compile.
const fn id(name: &str, explanation: &'static str) -> &'static str {
    let (mark, text) = explanation.split_at("# ".len());
    let (id, rest) = text.split_at(name.len());
    assert!(
        mark.as_bytes()[0] == b'#' && rest.as_bytes()[0] == b'\n',
        "the title is not the check's id"
    );
    let mut at = 0;
    while at < name.len() {
        let byte = name.as_bytes()[at];
        let byte = if byte == b'_' { b'-' } else { byte };
        assert!(id.as_bytes()[at] == byte, "the title is not the check's id");
        at += 1;
    }
    id
}

/// Runs all checks but those in `ignored` for each workspace; the worst findings first, else in the order of [`all`].
pub fn run(projects: &[Facts], ignored: &[String]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for check in all().filter(|check| !ignored.iter().any(|id| id == check.id)) {
        for facts in projects {
            for problem in (check.run)(facts) {
                let finding = check.finding(lines::shown(facts, given::placed(facts, problem)));
                // A problem that does not depend on the workspace is found in each of them.
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    one_for_each_cause(findings)
}

/// Of the findings that are fixed by unsetting the same variables, the first, with the others as its evidence.
fn one_for_each_cause(findings: Vec<Finding>) -> Vec<Finding> {
    let mut causes: Vec<Finding> = Vec::new();
    for finding in findings {
        let is_same = |known: &&mut Finding| matches!(known.fix, Fix::Unset(_)) && known.fix == finding.fix;
        match causes.iter_mut().find(is_same) {
            Some(cause) => cause.detail.push(format!("{} [{}]", finding.what, finding.id)),
            None => causes.push(finding),
        }
    }
    causes
}

/// The check of that id.
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

/// The id that is most similar to a mistyped one.
pub fn nearest(id: &str) -> Option<&'static str> {
    /// The ids are different words below this similarity.
    const ALIKE: f32 = 0.6;
    let likeness = |check: &Check| similar::TextDiff::from_chars(check.id, id).ratio();
    let best = all()
        .map(|check| (check.id, likeness(check)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, likeness)| *likeness >= ALIKE).map(|(id, _)| id)
}

#[cfg(test)]
mod tests;
