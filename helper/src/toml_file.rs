//! A TOML file with the line numbers of its values, so that a finding can name them.

use std::path::PathBuf;

use toml_edit::{Document, Item, TomlError};

use crate::origin::Origin;

/// A parsed file, or the reason why it is not.
#[derive(Debug, Clone)]
pub struct TomlFile {
    /// Its path.
    pub path: PathBuf,
    /// Its content, or the syntax error.
    pub parsed: Result<Document<String>, SyntaxError>,
}

/// A file that is not TOML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, from 1.
    pub line: usize,
    /// The parser's message.
    pub message: String,
}

/// A value and its line.
#[derive(Debug, Clone, Copy)]
pub struct Located<'a> {
    /// The value.
    pub item: &'a Item,
    /// Its line, from 1.
    pub line: usize,
}

impl TomlFile {
    /// Parses a file's text.
    pub fn parse(path: PathBuf, text: String) -> Self {
        let parsed = Document::parse(text.clone()).map_err(|error| syntax_error(&text, &error));
        Self { path, parsed }
    }

    /// The value at `keys`, such as `["cache", "disk", "size"]`.
    pub fn get(&self, keys: &[&str]) -> Option<Located<'_>> {
        let document = self.parsed.as_ref().ok()?;
        let mut item = document.as_item();
        for key in keys {
            item = item.as_table_like()?.get(key)?;
        }
        let line = item.span().map_or(1, |span| line_at(document.raw(), span.start));
        Some(Located { item, line })
    }

    /// The place of a value of this file.
    pub fn origin(&self, found: Located<'_>) -> Origin {
        Origin::File(self.path.clone(), found.line)
    }

    /// The text of a line, from 1.
    pub fn line(&self, number: usize) -> Option<&str> {
        self.parsed.as_ref().ok()?.raw().lines().nth(number.checked_sub(1)?)
    }
}

fn syntax_error(text: &str, error: &TomlError) -> SyntaxError {
    SyntaxError {
        line: error.span().map_or(1, |span| line_at(text, span.start)),
        message: error.message().lines().collect::<Vec<_>>().join("; "),
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(text: &str) {
    let file = TomlFile::parse(PathBuf::from("config"), text.to_owned());
    let last = line_at(text, text.len());
    match &file.parsed {
        Ok(document) => {
            assert_eq!(document.raw(), text);
            for (key, _) in document.iter() {
                let line = file.get(&[key]).map(|found| found.line);
                assert!(line.is_some_and(|line| (1..=last).contains(&line)), "{key}");
            }
            let _ = file.get(&["cache", "disk", "size"]);
        }
        Err(error) => {
            assert!((1..=last).contains(&error.line) && !error.message.contains('\n'));
            assert!(file.get(&["cache"]).is_none());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(text: &str) -> TomlFile {
        TomlFile::parse(PathBuf::from("config"), text.to_owned())
    }

    #[test]
    fn finds_values_with_their_lines() {
        let file = parse("# mine\n[cache.disk]\ndir = \"/x\"\nsize = \"24G\"\n");
        let size = file.get(&["cache", "disk", "size"]).unwrap();
        assert_eq!((size.item.as_str(), size.line), (Some("24G"), 4));
        assert!(file.get(&["cache", "redis"]).is_none());
        assert!(file.get(&["cache", "disk", "size", "deeper"]).is_none());
    }

    #[test]
    fn says_where_it_is_broken() {
        let error = parse("[cache]\n[cache.disk\n").parsed.unwrap_err();
        assert_eq!(error.line, 2);
        assert!(error.message.contains(']'), "{}", error.message);
    }

    proptest! {
        #[test]
        fn any_text_is_a_document_or_an_error(text: String) {
            assert_invariants(&text);
        }
    }
}
