//! The output for people. Text from outside is escaped by [`escape`](crate::escape).

use std::fmt::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Effects, Style};

use super::fill::fill;
use super::overview;
use crate::checks::{self, Check, Effect};
pub(crate) use crate::escape::line as clean;
use crate::facts::Facts;
use crate::facts::clock::Timing;
use crate::finding::{Finding, Fix, Severity};

/// The most lines when a shell is entered.
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

/// One line for each error and warning, the worst first; nothing if all is well.
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

/// The status lines, then every finding by group, with its evidence and fix, and at the end what to do first; for a
/// terminal of that width.
pub fn findings(projects: &[Facts], findings: &[Finding], width: Option<usize>) -> String {
    /// The values' column.
    const VALUE: usize = 11;
    let mut text = String::new();
    for (label, value) in overview::rows(projects) {
        let value = fill(&clean(&value), VALUE, VALUE, width);
        let _ = writeln!(text, "{BOLD}{label:10}{BOLD:#} {value}");
    }
    text.push('\n');
    for effect in Effect::ALL {
        text += &by_effect(effect, findings, width);
    }
    text + &conclusion(projects, findings)
}

fn by_effect(effect: Effect, findings: &[Finding], width: Option<usize>) -> String {
    let belongs = |finding: &&Finding| effect.checks().any(|check| check.id == finding.id);
    let found: Vec<&Finding> = findings.iter().filter(belongs).collect();
    if found.is_empty() {
        return String::new();
    }
    let mut text = format!("{BOLD}{}{BOLD:#}\n", effect.title());
    for finding in found {
        text += &in_full(finding, width);
    }
    text.push('\n');
    text
}

fn in_full(finding: &Finding, width: Option<usize>) -> String {
    const INDENT: usize = 4;
    let (name, style) = label(finding.severity);
    let what = format!("{} [{}]", clean(&finding.what), finding.id);
    let what = fill(&what, "  ".len() + name.len() + 1, INDENT, width);
    // The id is one word, so it is still at the end.
    let (what, id) = what.split_at(what.len() - finding.id.len() - "[]".len());
    let mut text = format!("  {style}{name}{style:#} {what}{DIM}{id}{DIM:#}\n");
    for line in &finding.detail {
        let _ = writeln!(text, "    {DIM}| {}{DIM:#}", clean(line));
    }
    let (verb, fix) = fix(finding);
    // A command stays one line, to be copied.
    let fix = match finding.fix {
        Fix::Do(_) => fill(&fix, INDENT + verb.len() + 2, INDENT, width),
        _ => fix,
    };
    let _ = writeln!(text, "    {verb}: {fix}");
    text
}

/// The first finding is the worst, and the cause of others.
fn conclusion(projects: &[Facts], findings: &[Finding]) -> String {
    let Some(first) = findings.first() else {
        return well(projects) + "\n";
    };
    let count = |severity: Severity, one: &str, many: &str| match findings
        .iter()
        .filter(|finding| finding.severity == severity)
        .count()
    {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let counts = [
        count(Severity::Error, "error", "errors"),
        count(Severity::Warning, "warning", "warnings"),
        count(Severity::Info, "note", "notes"),
    ];
    let counts: Vec<String> = counts.into_iter().flatten().collect();
    let (verb, command) = fix(first);
    let begin = match (first.severity, verb) {
        (Severity::Info, _) => "Nothing needs to be done; for details".to_owned(),
        (_, "run") => format!("Begin with: {command}\nTo read why"),
        _ => format!("Begin with [{}]: {command}\nTo read why", first.id),
    };
    format!("{}. {begin}: sccache-shell explain {}\n", counts.join(", "), first.id)
}

/// The message without findings, which claims no more than was checked.
fn well(projects: &[Facts]) -> String {
    if projects.iter().all(|facts| facts.cargo.settings.manifest.is_none()) {
        return "Nothing is wrong with sccache. There is no cargo project here, so cargo's settings were not checked."
            .into();
    }
    match projects.first().and_then(overview::without_hits) {
        Some(language) => {
            format!(
                "No problem was found. There is hardly a {language} hit yet: what is compiled first is always a miss."
            )
        }
        None => "All is well: sccache works here.".into(),
    }
}

/// How long each part took, and all of them.
pub fn timings(timings: &[Timing], judged: Duration) -> String {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let total = judged + timings.iter().map(|(_, time)| *time).sum::<Duration>();
    let parts = timings.iter().copied().chain([("the checks", judged), ("all", total)]);
    parts
        .map(|(part, time)| format!("{:8.2} ms  {part}\n", ms(time)))
        .collect()
}

fn fix(finding: &Finding) -> (&'static str, String) {
    let text = clean(&finding.fix.text()).into_owned();
    match &finding.fix {
        Fix::Stop(_) => ("run", format!("{text} ({})", Fix::WHEN)),
        Fix::Do(_) => ("fix", text),
        Fix::Run(_) | Fix::Unset(_) | Fix::Export(..) => ("run", text),
    }
}

/// All checks, one by one, by group; for a terminal of that width.
pub fn checks(width: Option<usize>) -> String {
    let ids = checks::all().map(|check| check.id.len()).max().unwrap_or_default();
    let indent = "  ".len() + ids + "  warning  ".len();
    let mut text = String::new();
    for effect in Effect::ALL {
        let _ = writeln!(text, "{BOLD}{}{BOLD:#}", effect.title());
        for check in effect.checks() {
            let (name, style) = label(check.severity);
            let summary = fill(check.summary(), indent, indent, width);
            let _ = writeln!(text, "  {:ids$}  {style}{name:7}{style:#}  {summary}", check.id);
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

/// A check's explanation; for a terminal of that width.
pub fn explanation(check: &Check, width: Option<usize>) -> String {
    /// Longer lines are hard to read.
    const MOST: usize = 100;
    let width = width.map(|width| width.min(MOST));
    let mut text = String::new();
    let mut paragraph: Vec<&str> = Vec::new();
    let mut in_code = false;
    for line in check.explanation.lines().chain(std::iter::once("")) {
        let is_fence = line.starts_with("```");
        let is_prose = !in_code && !is_fence && !line.is_empty() && !line.starts_with('#');
        // Each line of a list is an item.
        let goes_on = is_prose && !line.starts_with("- ");
        if !goes_on && !paragraph.is_empty() {
            let indent = if paragraph[0].starts_with("- ") { 2 } else { 0 };
            let filled = match width {
                Some(_) => fill(&paragraph.join(" "), 0, indent, width),
                None => paragraph.join("\n"),
            };
            text = text + &filled + "\n";
            paragraph.clear();
        }
        in_code ^= is_fence;
        match line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            _ if is_prose => paragraph.push(line),
            Some(heading) if !in_code => {
                let _ = writeln!(text, "{BOLD}{heading}{BOLD:#}");
            }
            _ => {
                text = text + line + "\n";
            }
        }
    }
    text.truncate(text.trim_end().len());
    text + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;
    use std::path::Path;

    fn some(count: usize, severity: Severity) -> Vec<Finding> {
        (0..count)
            .map(|n| Finding {
                id: "an-id",
                severity,
                what: format!("what {n}\u{1b}[31m\nx"),
                places: Vec::new(),
                detail: vec!["detail".to_owned()],
                fix: Fix::Run("fix it".to_owned()),
            })
            .collect()
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn quiet_prints_nothing_if_all_is_well() {
        assert_eq!(quiet(&[]), "");
        assert_eq!(quiet(&some(9, Severity::Info)), "");
    }

    #[test]
    fn quiet_prints_at_most_five_lines() {
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

    fn named(id: &'static str, severity: Severity, fix: Fix) -> Finding {
        Finding {
            id,
            severity,
            what: format!("what of {id}"),
            places: Vec::new(),
            detail: vec!["detail".to_owned()],
            fix,
        }
    }

    #[test]
    fn the_long_form() {
        let facts = Facts::gather(
            Environment::new(
                [("PATH", "/nonexistent"), ("SCCACHE_SERVER_UDS", "/nonexistent/s")],
                Path::new("/"),
            ),
            Depth::Quick,
        );
        let some = [
            named("uds-bad", Severity::Error, Fix::Run("unset X".to_owned())),
            named("config-missing", Severity::Warning, Fix::Run("init".to_owned())),
            named("target-dir-shared", Severity::Warning, Fix::Do("move it".to_owned())),
            named("clippy-uncached", Severity::Info, Fix::Do("nothing".to_owned())),
        ];
        insta::assert_snapshot!(plain(&findings(std::slice::from_ref(&facts), &some, None)), @r"
        server     none at /nonexistent/s; the first compile starts one

        Wrong results
          warning what of target-dir-shared [target-dir-shared]
            | detail
            fix: move it

        Broken builds
          error what of uds-bad [uds-bad]
            | detail
            run: unset X

        Lost caches
          warning what of config-missing [config-missing]
            | detail
            run: init

        Server statistics
          info what of clippy-uncached [clippy-uncached]
            | detail
            fix: nothing

        1 error, 2 warnings, 1 note. Begin with: unset X
        To read why: sccache-shell explain uds-bad
        ");
        let well = plain(&findings(std::slice::from_ref(&facts), &[], None));
        let none = "\n\nNothing is wrong with sccache. There is no cargo project here, so cargo's settings were not checked.\n";
        assert!(well.ends_with(none), "{well}");
        let note = plain(&findings(std::slice::from_ref(&facts), &some[3..], None));
        assert!(
            note.ends_with("1 note. Nothing needs to be done; for details: sccache-shell explain clippy-uncached\n"),
            "{note}"
        );
    }

    #[test]
    fn explanations_fit_a_terminal() {
        for check in checks::all() {
            assert_eq!(
                plain(&explanation(check, None)),
                check.explanation.replace("\n## ", "\n").replacen("# ", "", 1),
                "as it is in a file"
            );
            let text = plain(&explanation(check, Some(80)));
            let is_long = |line: &&str| line.chars().count() > 80 && line.trim_start_matches("- ").contains(' ');
            let mut in_code = false;
            let prose = text.lines().filter(|line| {
                in_code ^= line.starts_with("```");
                !in_code
            });
            assert_eq!(prose.into_iter().find(is_long), None, "{}", check.id);
            let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
            assert_eq!(words(&text), words(&plain(&explanation(check, None))), "{}", check.id);
        }
    }

    #[test]
    fn every_group_is_listed() {
        let text = plain(&checks(None));
        assert!(text.starts_with("Wrong results\n  basedirs-direct-mode"), "{text}");
        assert_eq!(
            text.lines().filter(|line| line.starts_with("  ")).count(),
            checks::all().count()
        );
    }
}
