//! Text from outside (a name, a line of a file, another program's message) is printed only through this module:
//! characters that control a terminal, or that make a line look like a different one, are escaped.

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character is not shown as itself: control characters (C0, DEL, C1), characters that change the direction
/// of text (UAX 9), line separators, and invisible characters.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// For text on one line: `\n` and `\u{1b}`.
pub fn line(text: &str) -> Cow<'_, str> {
    escaped(text, is_unseen, |all, c| all.extend(c.escape_default()))
}

/// For text that keeps its line breaks and tabs.
pub fn lines(text: &str) -> Cow<'_, str> {
    let is_escaped = |c| !matches!(c, '\n' | '\t') && is_unseen(c);
    escaped(text, is_escaped, |all, c| all.extend(c.escape_default()))
}

/// For JSON, whose writer escapes only what is required: the same value, without invisible characters.
pub fn json(text: &str) -> Cow<'_, str> {
    let is_escaped = |c| c != '\n' && is_unseen(c);
    escaped(text, is_escaped, |all, c| {
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(all, "\\u{unit:04x}");
        }
    })
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool, escape: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut all = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_escaped(c) {
            escape(&mut all, c);
        } else {
            all.push(c);
        }
    }
    Cow::Owned(all)
}

/// Everything that is printed fulfils this, except for our own colours.
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
