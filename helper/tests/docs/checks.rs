//! `docs/checks.md` is what `explain` prints, with a table of all checks at its head.

use std::fmt::Write;

use sccache_shell::checks::{Check, Effect};
use sccache_shell::finding::Severity;

use crate::support::page;

fn severity(check: &Check) -> &'static str {
    match check.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// A name of a heading as its anchor, as GitHub makes it.
fn anchor(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// The checks of one effect, a line each.
fn table(effect: Effect) -> String {
    let mut text = String::from("| check | severity | what it finds |\n|---|---|---|\n");
    for check in effect.checks() {
        let (id, summary) = (check.id, check.summary());
        let _ = writeln!(text, "| [{id}](#{id}) | {} | {summary} |", severity(check));
    }
    text
}

/// The explanation one level deeper. Its sections become bold lines: as headings the same two would be in the page's
/// outline 80 times.
fn explained(check: &Check) -> String {
    let mut in_code = false;
    let mut text = String::new();
    for line in check.explanation.lines() {
        in_code ^= line.starts_with("```");
        let _ = match (line.strip_prefix("# "), line.strip_prefix("## ")) {
            (Some(title), _) if !in_code => writeln!(text, "### {title}\n\n*{}*", severity(check)),
            (_, Some(section)) if !in_code => writeln!(text, "**{section}**"),
            _ => writeln!(text, "{line}"),
        };
    }
    text
}

fn contents() -> String {
    let of_effect = |effect: Effect| {
        let (title, about) = (effect.title(), effect.about());
        format!("**[{title}](#{})**: {about}\n\n{}", anchor(title), table(effect))
    };
    Effect::ALL.into_iter().map(of_effect).collect::<Vec<_>>().join("\n")
}

fn explanations() -> String {
    let of_effect = |effect: Effect| {
        let checks: Vec<String> = effect.checks().map(explained).collect();
        format!("## {}\n\n{}\n\n{}", effect.title(), effect.about(), checks.join("\n"))
    };
    Effect::ALL.into_iter().map(of_effect).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_page_is_what_explain_prints() {
    const PAGE: &str = "docs/checks.md";
    let test = "the_page_is_what_explain_prints";
    page::compare(PAGE, "the contents", &contents(), test);
    page::compare(PAGE, "the explanations", &explanations(), test);
}
