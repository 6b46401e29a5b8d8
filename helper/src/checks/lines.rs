//! What is added to a finding whatever its check is: the line of a file that it names, so that nobody need open the file to
//! see what it says.

use crate::facts::Facts;
use crate::finding::Finding;
use crate::redact;
use crate::toml_file::TomlFile;

/// A line of a person's own is seldom longer, in characters.
const MAX_SHOWN: usize = 120;

/// With the lines that it names, and without who logs in at an address that it may quote.
pub(super) fn shown(facts: &Facts, finding: Finding) -> Finding {
    let lines = named(facts, &finding);
    let mut finding = finding.with_detail(lines);
    finding.what = redact::without_users(&finding.what);
    for line in &mut finding.detail {
        *line = redact::without_users(line);
    }
    finding
}

/// `file:3: [cache.disk]` for each place that the finding names in a file that was read. One that shows evidence already has
/// sccache's own words, and what holds a secret is not shown.
fn named(facts: &Facts, finding: &Finding) -> Vec<String> {
    if !finding.detail.is_empty() {
        return Vec::new();
    }
    let texts = [finding.what.as_str(), finding.fix.text()];
    let files = facts.toml_files();
    let mut lines: Vec<String> = files
        .flat_map(|file| texts.into_iter().flat_map(move |text| in_text(file, text)))
        .collect();
    lines.dedup();
    lines
}

fn in_text(file: &TomlFile, text: &str) -> Vec<String> {
    let place = format!("{}:", file.path.display());
    let after = text.match_indices(&place).map(|(at, _)| &text[at + place.len()..]);
    let number = |rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse().ok()
    };
    let shown = |number: usize| {
        let line = redact::config_line(file.line(number)?.trim());
        let line: String = line.chars().take(MAX_SHOWN).collect();
        Some(format!("{place}{number}: {line}"))
    };
    after.filter_map(number).filter_map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;
    use crate::finding::{Fix, Severity};
    use std::path::Path;

    /// Such as the places of a cache that two servers differ in.
    #[test]
    fn nobody_who_logs_in_is_named() {
        let facts = Facts::gather(Environment::new([("PATH", "/none")], Path::new("/")), Depth::Door);
        let text = || "redis://me:hunter2@host".to_owned();
        let finding = Finding {
            id: "x",
            severity: Severity::Info,
            what: text(),
            detail: vec![text()],
            fix: Fix::Do(String::new()),
        };
        let shown = shown(&facts, finding);
        assert_eq!([&shown.what, &shown.detail[0]], ["redis://…@host"; 2]);
    }

    #[test]
    fn the_lines_that_a_text_names() {
        let text = "[cache.disk]\nsize = \"1G\" # small\n[cache.webdav]\npassword = \"hunter2\"\n";
        let file = TomlFile::parse("/c".into(), text.to_owned());
        assert_eq!(in_text(&file, "/c:2 gives 1 GiB"), ["/c:2: size = \"1G\" # small"]);
        assert_eq!(
            in_text(&file, "see /c:1 and /c:4"),
            ["/c:1: [cache.disk]", "/c:4: password = …"]
        );
        for other in ["/c does not say", "/c:", "/c:9 is not there", "/c:0", "/cc:2"] {
            assert_eq!(in_text(&file, other), [""; 0], "{other}");
        }
    }
}
