//! What a check says: plain data, so that judging and printing stay apart.

use std::borrow::Cow;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::origin::Origin;

/// How bad a finding is. The order is the order in which findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Builds fail, or results may be wrong.
    Error,
    /// Hits or cached files are lost.
    Warning,
    /// Good to know; nothing to mend.
    Info,
}

/// The way to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// A command that mends it, to be pasted into a shell as it is: no comment in it, since an interactive zsh knows
    /// none.
    Run(String),
    /// The same, but it ends a server that others may be building with: [`Fix::WHEN`].
    Stop(String),
    /// What to do where no single command can.
    Do(String),
}

impl Fix {
    /// When a server may be ended.
    pub const WHEN: &str = "when no build is running";

    /// The command or the advice alone.
    pub fn text(&self) -> &str {
        let (Self::Run(text) | Self::Stop(text) | Self::Do(text)) = self;
        text
    }
}

/// `{"run": …}`, with a `when` where it matters, or `{"do": …}`.
impl Serialize for Fix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Run(command) => map.serialize_entry("run", command)?,
            Self::Stop(command) => {
                map.serialize_entry("run", command)?;
                map.serialize_entry("when", Self::WHEN)?;
            }
            Self::Do(advice) => map.serialize_entry("do", advice)?,
        }
        map.end()
    }
}

/// One thing that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's stable, kebab-case name.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line: what is wrong, and where that comes from.
    pub what: String,
    /// The variables and the lines of files that it comes from; empty where it is of no setting.
    #[serde(serialize_with = "places")]
    pub places: Vec<Origin>,
    /// Lines of evidence for the long form, such as sccache's own words; often none.
    pub detail: Vec<String>,
    /// How to fix it.
    pub fix: Fix,
}

impl Finding {
    /// The same finding, at another severity than its check usually has.
    #[must_use]
    pub fn at(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding with where it comes from; a default is no place.
    #[must_use]
    pub fn at_places(mut self, places: impl IntoIterator<Item = Origin>) -> Self {
        self.places
            .extend(places.into_iter().filter(|place| *place != Origin::Default));
        self
    }

    /// The same finding with evidence.
    #[must_use]
    pub fn with_detail(mut self, detail: impl IntoIterator<Item = String>) -> Self {
        self.detail.extend(detail);
        self
    }
}

/// `[{"file": …, "line": …}, {"variable": …}]`.
fn places<S: Serializer>(places: &[Origin], serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(untagged)]
    enum Place<'a> {
        Line { file: Cow<'a, str>, line: usize },
        Variable { variable: &'a str },
    }
    serializer.collect_seq(places.iter().filter_map(|place| match place {
        Origin::File(path, line) => Some(Place::Line {
            file: path.to_string_lossy(),
            line: *line,
        }),
        Origin::Env(name) => Some(Place::Variable { variable: name }),
        Origin::Default => None,
    }))
}

/// A word as a POSIX shell reads it back.
pub fn quote(word: &str) -> String {
    // No path and no variable has a NUL byte.
    shlex::Quoter::new()
        .allow_nul(true)
        .quote(word)
        .map_or_else(|_| word.to_owned(), Cow::into_owned)
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(word: &str) {
    assert_eq!(shlex::split(&quote(word)), Some(vec![word.to_owned()]));
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_shell_reads_the_word_back(word: String, quotes in "['\\\\ a$`]{0,9}") {
            assert_invariants(&word);
            assert_invariants(&quotes);
        }
    }
}
