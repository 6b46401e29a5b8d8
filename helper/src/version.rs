//! sccache's version numbers.

use std::fmt;

/// `MAJOR.MINOR.PATCH`, without a suffix (`-pre`, `+build`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32, pub u32);

impl Version {
    /// Reads the numbers at the text's beginning; a missing patch number is 0.
    pub fn parse(text: &str) -> Option<Self> {
        let end = text
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(text.len());
        let mut numbers = text[..end].split('.').map(|number| number.parse().ok());
        let major = numbers.next()??;
        let minor = numbers.next()??;
        let patch = numbers.next().unwrap_or(Some(0))?;
        Some(Self(major, minor, patch))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(text: &str) {
    if let Some(version) = Version::parse(text) {
        assert_eq!(Version::parse(&version.to_string()), Some(version));
        assert!(text.starts_with(|c: char| c.is_ascii_digit()) && text.contains('.'));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_numbers() {
        for (text, version) in [
            ("0.19.0", Version(0, 19, 0)),
            ("0.7", Version(0, 7, 0)),
            ("0.20.1-pre.2", Version(0, 20, 1)),
            ("1.0.0+x", Version(1, 0, 0)),
        ] {
            assert_eq!(Version::parse(text), Some(version), "{text}");
        }
        for text in ["", "1", "x.1", "1.x", "1..2", "99999999999.0.0"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
        assert!(Version(0, 9, 9) < Version(0, 19, 0));
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_again(major: u32, minor: u32, patch: u32) {
            let version = Version(major, minor, patch);
            prop_assert_eq!(Version::parse(&version.to_string()), Some(version));
        }

        #[test]
        fn any_text_is_a_version_or_none(text: String) {
            assert_invariants(&text);
        }
    }
}
