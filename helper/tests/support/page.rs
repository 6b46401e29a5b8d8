//! Documentation pages with generated parts: the text between a line `<!-- NAME: made from … -->` and a line
//! `<!-- end of NAME -->`.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository, by its path from the root.
pub(crate) fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

/// Compares the part of that name with what the code makes, or writes it if UPDATE_DOCS is set. `test` is the name of
/// the test, for the command that writes it. All parts of a page must be compared by the same test: two tests at once
/// would overwrite each other's part.
pub(crate) fn compare(page: &str, part: &str, made: &str, test: &str) {
    let text = fs::read_to_string(path(page)).unwrap();
    let [before, found, after] = split(&text, part).unwrap_or_else(|| panic!("{page} has no part `{part}`"));
    let made = format!("\n{}\n\n", made.trim_matches('\n'));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path(page), format!("{before}{made}{after}")).unwrap();
    } else {
        assert!(
            found == made,
            "{page}: `{part}` is not what the code makes. Write it: UPDATE_DOCS=1 tests/run -- {test}\n{}",
            first_difference(found, &made)
        );
    }
}

/// The text up to and with the line that begins the part, the part, and the rest.
fn split<'a>(text: &'a str, part: &str) -> Option<[&'a str; 3]> {
    let begin = text.find(&format!("<!-- {part}: made from "))?;
    let inside = begin + text[begin..].find('\n')? + 1;
    let end = inside + text[inside..].find(&format!("<!-- end of {part} -->\n"))?;
    Some([&text[..inside], &text[inside..end], &text[end..]])
}

fn first_difference(found: &str, made: &str) -> String {
    let (mut found, mut made) = (found.lines(), made.lines());
    loop {
        match (found.next(), made.next()) {
            (Some(found), Some(made)) if found == made => {}
            (found, made) => return format!("it says:  {found:?}\nthe code: {made:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_stands_between_its_lines() {
        let text = "# T\n<!-- a: made from x.rs -->\none\n<!-- end of a -->\nrest\n";
        let parts = [
            "# T\n<!-- a: made from x.rs -->\n",
            "one\n",
            "<!-- end of a -->\nrest\n",
        ];
        assert_eq!(split(text, "a"), Some(parts));
        assert_eq!(split(text, "b"), None);
        assert_eq!(split("<!-- a: made from x.rs -->\none\n", "a"), None, "no end");
    }
}
