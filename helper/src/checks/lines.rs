//! Adds the text of the lines that a finding's places name, so that the file need not be opened.

use std::path::Path;

use crate::facts::Facts;
use crate::finding::Problem;
use crate::origin::Origin;
use crate::redact;
use crate::toml_file::TomlFile;

/// Hand-written lines are seldom longer, in characters.
const MAX_SHOWN: usize = 120;

/// Adds the lines of the places, and removes user names and passwords from addresses.
pub(super) fn shown(facts: &Facts, problem: Problem) -> Problem {
    let lines = named(facts, &problem);
    let mut problem = problem.with_detail(lines);
    problem.what = redact::without_users(&problem.what);
    for line in &mut problem.detail {
        *line = redact::without_users(line);
    }
    problem
}

/// `file:3: [cache.disk]` for each place in a file that was read, without secrets. A problem with evidence shows
/// sccache's own message instead.
fn named(facts: &Facts, problem: &Problem) -> Vec<String> {
    if !problem.detail.is_empty() {
        return Vec::new();
    }
    let file = |path: &Path| facts.toml_files().find(|file| file.path == path);
    let places = problem.places.iter().filter_map(|place| match place {
        Origin::File(path, line) => shown_line(file(path)?, *line),
        Origin::Env(_) | Origin::Default => None,
    });
    let mut lines: Vec<String> = places.collect();
    lines.dedup();
    lines
}

fn shown_line(file: &TomlFile, number: usize) -> Option<String> {
    let line = redact::config_line(file.line(number)?.trim());
    let line: String = line.chars().take(MAX_SHOWN).collect();
    Some(format!("{}:{number}: {line}", file.path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;
    use crate::finding::Fix;

    /// Such as the cache locations that two servers differ in.
    #[test]
    fn user_names_are_masked() {
        let facts = Facts::gather(Environment::new([("PATH", "/none")], Path::new("/")), Depth::Quick);
        let text = || "redis://me:hunter2@host".to_owned();
        let problem = Problem::new(text(), Fix::Do(String::new())).with_detail([text()]);
        let shown = shown(&facts, problem);
        assert_eq!([&shown.what, &shown.detail[0]], ["redis://…@host"; 2]);
    }

    #[test]
    fn a_line_without_its_secret() {
        let text = "[cache.disk]\nsize = \"1G\" # small\n[cache.webdav]\npassword = \"hunter2\"\n";
        let file = TomlFile::parse("/c".into(), text.to_owned());
        let shown = |line| shown_line(&file, line).unwrap_or_default();
        assert_eq!(shown(2), "/c:2: size = \"1G\" # small");
        assert_eq!(shown(4), "/c:4: password = …");
        assert_eq!([shown(0), shown(9)], [""; 2], "not there");
    }
}
