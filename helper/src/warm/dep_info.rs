//! rustc's own dep-info (`.d`): every file that a compile read, and the variables that it asked for. Read as cargo
//! does (`parse_rustc_dep_info` in cargo's `fingerprint/dep_info.rs`).

use std::path::{Path, PathBuf};

use crate::read;

/// What a compile read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DepInfo {
    pub(crate) sources: Vec<PathBuf>,
    /// Variables by name; those that were not set are left out.
    pub(crate) env: Vec<(String, String)>,
}

impl DepInfo {
    pub(crate) fn read(path: &Path) -> Option<Self> {
        Self::parse(&read::text(path, read::MAX_MADE).ok()?)
    }

    /// `None` for text that names no sources.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // The first rule has them all; those after it name other outputs of the same sources.
        let rule = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .find_map(|line| line.split_once(": "))?
            .1;
        let env = text.lines().filter_map(|line| {
            let (name, value) = line.strip_prefix("# env-dep:")?.split_once('=')?;
            Some((unescape(name), unescape(value)))
        });
        let dep_info = Self {
            sources: sources(rule),
            env: env.collect(),
        };
        (!dep_info.sources.is_empty()).then_some(dep_info)
    }
}

/// Paths between blanks; a blank in a path has a backslash before it.
fn sources(rule: &str) -> Vec<PathBuf> {
    let mut words = rule.split_whitespace();
    let mut sources = Vec::new();
    while let Some(word) = words.next() {
        let mut path = word.to_owned();
        while path.ends_with('\\') {
            path.pop();
            path.push(' ');
            path.push_str(words.next().unwrap_or_default());
        }
        sources.push(path.into());
    }
    sources
}

/// rustc keeps a name and a value on one line: `\n`, `\r` and `\\`.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('r') => plain.push('\r'),
                Some(other) => plain.push(other),
                None => {}
            },
            (c, false) => plain.push(c),
        }
    }
    plain
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(text: &str) {
    if let Some(found) = DepInfo::parse(text) {
        assert!(!found.sources.is_empty());
        assert!(
            found
                .env
                .iter()
                .all(|(name, _)| text.contains("# env-dep:") || name.is_empty())
        );
    }
    // As rustc writes a value (`escape_dep_env` in its `passes.rs`).
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    let found = DepInfo::parse(&format!("/t/a.d: /a.rs\n\n# env-dep:A={escaped}\n")).unwrap_or_default();
    assert_eq!(found.env, [("A".to_owned(), text.to_owned())]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn as_rustc_writes_it() {
        let text = "/w/t/debug/deps/a-0.d: /r/a-1.0.0/src/lib.rs /r/a-1.0.0/src/x\\ y.rs\n\n\
            /w/t/debug/deps/liba-0.rlib: /other.rs\n\n/r/a-1.0.0/src/lib.rs:\n\n\
            # env-dep:NOT_SET\n# env-dep:OUT_DIR=/w/t/o\\\\ut\\nx\n";
        let found = DepInfo::parse(text).unwrap();
        assert_eq!(
            found.sources,
            [Path::new("/r/a-1.0.0/src/lib.rs"), Path::new("/r/a-1.0.0/src/x y.rs")]
        );
        assert_eq!(found.env, [("OUT_DIR".to_owned(), "/w/t/o\\ut\nx".to_owned())]);
        for nothing in ["", "a.d:\n", "# env-dep:A: b=/c\n"] {
            assert_eq!(DepInfo::parse(nothing), None, "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read(text: String) {
            holds_for(&text);
        }

        #[test]
        fn paths_are_read_back(names in proptest::collection::vec("/[a-z]{1,5}( [a-z.]{1,5}){0,3}", 1..5)) {
            let words: Vec<String> = names.iter().map(|name| name.replace(' ', "\\ ")).collect();
            let text = format!("/t/a.d: {}\n", words.join(" "));
            let names: Vec<PathBuf> = names.into_iter().map(PathBuf::from).collect();
            prop_assert_eq!(DepInfo::parse(&text).unwrap().sources, names);
        }
    }
}
