//! What a check says: plain data, so that judging and printing stay apart.

use serde::Serialize;

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fix {
    /// A command that mends it, to be pasted into a shell as it is.
    Run(String),
    /// What to do where no single command can.
    Do(String),
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
    /// Lines of evidence for the long form, such as sccache's own words; often none.
    pub detail: Vec<String>,
    /// How to mend it.
    pub fix: Fix,
}

impl Finding {
    /// The same finding, at another severity than its check usually has.
    #[must_use]
    pub fn at(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same finding with evidence.
    #[must_use]
    pub fn with_detail(mut self, detail: impl IntoIterator<Item = String>) -> Self {
        self.detail.extend(detail);
        self
    }
}

/// A word as a POSIX shell reads it back.
pub fn quote(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+=:,@%".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
