//! The one way by which text from outside (a name, a file's line, another program's words) is printed: what steers a
//! terminal, or lets a line look like another one, is shown as an escape.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character is not shown as itself: control characters (C0, DEL, C1), those that reorder what stands
/// around them (UAX 9), line separators, and what nobody sees.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// For a line of its own: `\n` and `\u{1b}`.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, is_unseen)
}

/// For text that keeps its lines and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    escaped(text, |c| !matches!(c, '\n' | '\t') && is_unseen(c))
}

fn escaped(text: &str, is_meant: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_meant) {
        return Cow::Borrowed(text);
    }
    let mut all = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_meant(c) {
            all.extend(c.escape_default());
        } else {
            all.push(c);
        }
    }
    Cow::Owned(all)
}

/// Of JSON, which escapes only what would break it: the same value, in which nothing unseen stands.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_meant = |c: char| c != '\n' && is_unseen(c);
    if !text.contains(is_meant) {
        return Cow::Borrowed(text);
    }
    let mut all = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_meant(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(all, "\\u{unit:04x}");
            }
        } else {
            all.push(c);
        }
    }
    Cow::Owned(all)
}

/// What must hold of everything that is printed, without our own colours.
#[cfg(test)]
pub(crate) fn assert_seen(text: &str) {
    let unseen = text.chars().find(|c| !matches!(c, '\n' | '\t') && is_unseen(*c));
    assert_eq!(unseen, None, "{text:?}");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ODD: &str = "a\u{1b}[2Jb\n\tc\u{9b}d\u{202e}e\u{7f}\u{e0041}é";

    #[test]
    fn what_is_not_seen_is_shown() {
        assert_eq!(line(ODD), "a\\u{1b}[2Jb\\n\\tc\\u{9b}d\\u{202e}e\\u{7f}\\u{e0041}é");
        assert_eq!(lines("a\n\tb\r"), "a\n\tb\\r");
        assert!(matches!(line("a é ü 日本"), Cow::Borrowed(_)));
        let quoted = serde_json::to_string(ODD).unwrap();
        let safe = json(&quoted);
        assert_seen(&safe);
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), ODD);
    }

    proptest! {
        #[test]
        fn of_any_text(text: String) {
            for shown in [line(&text), lines(&text)] {
                assert_seen(&shown);
            }
            let quoted = serde_json::to_string(&text).unwrap();
            assert_seen(&json(&quoted));
            assert_eq!(serde_json::from_str::<String>(&json(&quoted)).unwrap(), text);
        }
    }
}
