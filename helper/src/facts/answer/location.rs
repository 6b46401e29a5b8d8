//! The directory in sccache's `Local disk: "…"`, which is a path in Rust's `Debug` form (`cache_location` in its
//! `src/cache/disk.rs`).

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

/// The path behind its quoted form; `None` for what `Debug` does not write.
pub(super) fn unquote(quoted: &str) -> Option<PathBuf> {
    let inside = quoted.strip_prefix('"')?.strip_suffix('"')?;
    let mut path = Vec::with_capacity(inside.len());
    let mut rest = inside.chars();
    while let Some(c) = rest.next() {
        let plain = match c {
            '"' => return None,
            '\\' => match rest.next()? {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                '0' => '\0',
                same @ ('\\' | '"' | '\'') => same,
                // A byte that is not UTF-8.
                'x' => {
                    let digits: String = rest.by_ref().take(2).collect();
                    path.push(u8::from_str_radix(&digits, 16).ok()?);
                    continue;
                }
                'u' => {
                    let digits: String = rest.by_ref().take_while(|c| *c != '}').collect();
                    char::from_u32(u32::from_str_radix(digits.strip_prefix('{')?, 16).ok()?)?
                }
                _ => return None,
            },
            plain => plain,
        };
        path.extend_from_slice(plain.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Some(PathBuf::from(OsString::from_vec(path)))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(bytes: &[u8]) {
    let path = PathBuf::from(OsString::from_vec(bytes.to_owned()));
    assert_eq!(unquote(&format!("{path:?}")).as_deref(), Some(path.as_path()));
    let text = String::from_utf8_lossy(bytes);
    let _ = (unquote(&text), unquote(&format!("\"{text}\"")));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn no_debug_form() {
        for text in [
            "",
            "\"",
            "/x",
            "\"/x",
            "\"a\"b\"",
            r#""\""#,
            r#""\q""#,
            r#""\u{110000}""#,
            r#""\xg0""#,
        ] {
            assert_eq!(unquote(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_path_comes_back(bytes: Vec<u8>, text: String) {
            assert_invariants(&bytes);
            assert_invariants(text.as_bytes());
        }
    }
}
