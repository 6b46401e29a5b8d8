//! The result of a check, as plain data: checks do not print.

use std::borrow::Cow;
use std::path::Path;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::origin::Origin;

/// How bad a finding is, in the order in which findings are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Builds fail, or results may be wrong.
    Error,
    /// Hits or cached files are lost.
    Warning,
    /// Good to know; nothing needs to be fixed.
    Info,
}

/// How to fix a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fix {
    /// A command to paste into a shell. It contains no comment: an interactive zsh does not accept one.
    Run(String),
    /// A command that stops a server which other shells may be using: see [`Fix::WHEN`].
    Stop(String),
    /// The shell's variables to unset.
    Unset(Vec<String>),
    /// A variable to set: its name, and its value as the shell takes it.
    Export(String, String),
    /// Advice, if no single command fixes it.
    Do(String),
}

impl Fix {
    /// When a server may be stopped.
    pub const WHEN: &str = "when no build is running";

    /// The command or the advice alone.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Run(text) | Self::Stop(text) | Self::Do(text) => text.into(),
            Self::Unset(names) => format!("unset {}", names.join(" ")).into(),
            Self::Export(name, value) => format!("export {name}={value}").into(),
        }
    }
}

/// `{"run": …}`, with a `when` where it matters, or `{"do": …}`.
impl Serialize for Fix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let key = if matches!(self, Self::Do(_)) { "do" } else { "run" };
        map.serialize_entry(key, &self.text())?;
        if matches!(self, Self::Stop(_)) {
            map.serialize_entry("when", Self::WHEN)?;
        }
        map.end()
    }
}

/// What a check function finds. The check adds its id, and its severity where the problem has none of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// How bad it is, where that differs from the check's severity.
    pub severity: Option<Severity>,
    /// See [`Finding::what`].
    pub what: String,
    /// See [`Finding::places`].
    pub places: Vec<Origin>,
    /// See [`Finding::detail`].
    pub detail: Vec<String>,
    /// See [`Finding::fix`].
    pub fix: Fix,
}

impl Problem {
    /// A problem with no place and no details.
    pub fn new(what: impl Into<String>, fix: Fix) -> Self {
        Self {
            severity: None,
            what: what.into(),
            places: Vec::new(),
            detail: Vec::new(),
            fix,
        }
    }

    /// With a severity other than the check's.
    #[must_use]
    pub fn at(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    /// With the variable that it comes from.
    #[must_use]
    pub fn at_variable(self, name: impl Into<Cow<'static, str>>) -> Self {
        self.at_places([Origin::Env(name.into())])
    }

    /// With the places that it comes from; a default is not a place.
    #[must_use]
    pub fn at_places(mut self, places: impl IntoIterator<Item = Origin>) -> Self {
        let places = places.into_iter().filter(|place| *place != Origin::Default);
        self.places.extend(places);
        self
    }

    /// With lines of evidence.
    #[must_use]
    pub fn with_detail(mut self, detail: impl IntoIterator<Item = String>) -> Self {
        self.detail.extend(detail);
        self
    }
}

/// A problem that a check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's stable, kebab-case name.
    pub id: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One line: what is wrong, and what causes it.
    pub what: String,
    /// The variables and the lines of files that cause it; empty if no setting does.
    #[serde(serialize_with = "places")]
    pub places: Vec<Origin>,
    /// Lines of evidence for the long form, such as sccache's error message; often none.
    pub detail: Vec<String>,
    /// How to fix it.
    pub fix: Fix,
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

/// A path quoted for a POSIX shell.
pub fn quote_path(path: &Path) -> String {
    quote(&path.to_string_lossy())
}

/// A word quoted for a POSIX shell.
pub fn quote(word: &str) -> String {
    // Neither a path nor a variable contains a NUL byte.
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
