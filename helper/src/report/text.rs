//! For people. Text from outside may hold anything, so control characters are shown as escapes.

use std::borrow::Cow;
use std::fmt::Write;

use anstyle::{AnsiColor, Effects, Style};

use crate::checks::Check;
use crate::finding::{Finding, Fix, Severity};

/// At the door at most this many lines.
const QUIET_LINES: usize = 5;

pub(super) const BOLD: Style = Style::new().effects(Effects::BOLD);
pub(super) const DIM: Style = Style::new().effects(Effects::DIMMED);

fn label(severity: Severity) -> (&'static str, Style) {
    let color = |color: AnsiColor| color.on_default().effects(Effects::BOLD);
    match severity {
        Severity::Error => ("error", color(AnsiColor::Red)),
        Severity::Warning => ("warning", color(AnsiColor::Yellow)),
        Severity::Info => ("info", color(AnsiColor::Blue)),
    }
}

/// One line a finding, errors and warnings only, the worst first; nothing when all is well.
pub fn quiet(findings: &[Finding]) -> String {
    let shown: Vec<&Finding> = findings
        .iter()
        .filter(|finding| finding.severity < Severity::Info)
        .collect();
    let fits = shown.len() <= QUIET_LINES;
    let count = if fits { shown.len() } else { QUIET_LINES - 1 };
    let mut text = String::new();
    for finding in &shown[..count] {
        let (name, style) = label(finding.severity);
        let what = clean(&finding.what);
        let (verb, fix) = fix(finding);
        let id = finding.id;
        let _ = writeln!(
            text,
            "sccache-shell: {style}{name}{style:#} {what}; {verb}: {fix} {DIM}[{id}]{DIM:#}"
        );
    }
    if !fits {
        let rest = shown.len() - count;
        let _ = writeln!(text, "sccache-shell: {rest} more; to see all: sccache-shell check");
    }
    text
}

/// Every finding with its evidence and its fix, then a sentence that sums up.
pub fn findings(findings: &[Finding]) -> String {
    let mut text = String::new();
    for finding in findings {
        let (name, style) = label(finding.severity);
        let _ = writeln!(
            text,
            "{style}{name}{style:#}{BOLD}[{}]{BOLD:#} {}",
            finding.id,
            clean(&finding.what)
        );
        for line in &finding.detail {
            let _ = writeln!(text, "  {DIM}| {}{DIM:#}", clean(line));
        }
        let (verb, fix) = fix(finding);
        let _ = writeln!(text, "  {verb}: {fix}\n");
    }
    text + &conclusion(findings)
}

fn conclusion(findings: &[Finding]) -> String {
    match findings.first() {
        None => "All is well: sccache works here.\n".to_owned(),
        Some(first) => {
            let count = findings.len();
            let noun = if count == 1 { "finding" } else { "findings" };
            format!("{count} {noun}. To read more: sccache-shell explain {}\n", first.id)
        }
    }
}

fn fix(finding: &Finding) -> (&'static str, Cow<'_, str>) {
    match &finding.fix {
        Fix::Run(command) => ("run", clean(command)),
        Fix::Do(advice) => ("mend", clean(advice)),
    }
}

/// All checks, a line each.
pub fn checks(checks: &[Check]) -> String {
    let width = checks.iter().map(|check| check.id.len()).max().unwrap_or_default();
    checks.iter().fold(String::new(), |mut text, check| {
        let (name, style) = label(check.severity);
        let _ = writeln!(
            text,
            "{:width$}  {style}{name:7}{style:#}  {}",
            check.id,
            check.summary()
        );
        text
    })
}

/// A check's explanation.
pub fn explanation(check: &Check) -> String {
    check.explanation.lines().fold(String::new(), |mut text, line| {
        let _ = match line.strip_prefix("# ").or_else(|| line.strip_prefix("## ")) {
            Some(heading) => writeln!(text, "{BOLD}{heading}{BOLD:#}"),
            None => writeln!(text, "{line}"),
        };
        text
    })
}

/// Text from outside, with control characters as escapes.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| {
        if c.is_control() {
            c.escape_default().to_string()
        } else {
            c.to_string()
        }
    };
    Cow::Owned(text.chars().map(escape).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(count: usize, severity: Severity) -> Vec<Finding> {
        (0..count)
            .map(|n| Finding {
                id: "an-id",
                severity,
                what: format!("what {n}\u{1b}[31m\nx"),
                detail: vec!["detail".to_owned()],
                fix: Fix::Run("mend it".to_owned()),
            })
            .collect()
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn the_door_is_silent_when_all_is_well() {
        assert_eq!(quiet(&[]), "");
        assert_eq!(quiet(&some(9, Severity::Info)), "");
    }

    #[test]
    fn the_door_says_at_most_five_lines() {
        for (findings, lines) in [(1, 1), (5, 5), (6, 5), (40, 5)] {
            let text = plain(&quiet(&some(findings, Severity::Warning)));
            assert_eq!(text.lines().count(), lines, "{text}");
        }
        let text = plain(&quiet(&some(40, Severity::Warning)));
        assert!(
            text.ends_with("sccache-shell: 36 more; to see all: sccache-shell check\n"),
            "{text}"
        );
    }

    #[test]
    fn the_long_form() {
        insta::assert_snapshot!(plain(&findings(&some(1, Severity::Error))), @r"
        error[an-id] what 0\u{1b}[31m\nx
          | detail
          run: mend it

        1 finding. To read more: sccache-shell explain an-id
        ");
        assert_eq!(findings(&[]), "All is well: sccache works here.\n");
    }
}
