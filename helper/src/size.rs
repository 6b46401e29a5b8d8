//! Sizes in sccache's own syntax: an integer and at most one of `K`, `M`, `G`, `T`, in powers of 1024.
//!
//! A general size crate would accept `24GiB` or `1.5G`, which sccache silently ignores in the environment and refuses
//! in its file, so this is a port of `parse_size` (sccache 0.19, `src/config.rs`).

use std::fmt;
use std::str::FromStr;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(pub u64);

/// sccache's default size (`TEN_GIGS` in its `src/config.rs`).
pub const SCCACHE_DEFAULT: Size = Size(10 << 30);

const UNITS: [(char, &str, u32); 4] = [('T', "TiB", 40), ('G', "GiB", 30), ('M', "MiB", 20), ('K', "KiB", 10)];

/// A size that sccache does not accept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a size that sccache knows: write a whole number and one of K, M, G, T, such as 24G", .0.escape_debug())]
pub struct SizeError(String);

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, SizeError> {
        let error = || SizeError(text.to_owned());
        let last = text.chars().last().map(|c| c.to_ascii_uppercase());
        let shift = UNITS
            .iter()
            .find(|(unit, ..)| Some(*unit) == last)
            .map_or(0, |(.., shift)| *shift);
        let digits = if shift > 0 { &text[..text.len() - 1] } else { text };
        let number: u64 = digits.parse().map_err(|_| error())?;
        // sccache multiplies without a check; here a number that overflows is an error.
        number.checked_mul(1 << shift).map(Size).ok_or_else(error)
    }
}

impl Size {
    /// In sccache's own syntax, without loss: `24G`, `1536M`, `100`.
    pub fn to_sccache(self) -> String {
        let exact = UNITS
            .iter()
            .find(|(.., shift)| self.0 > 0 && self.0.is_multiple_of(1 << shift));
        match exact {
            Some((unit, _, shift)) => format!("{}{unit}", self.0 >> shift),
            None => self.0.to_string(),
        }
    }
}

/// For people: `24 GiB`, `1.5 GiB`, `100 bytes`.
impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match UNITS.iter().find(|(.., shift)| self.0 >= 1 << shift) {
            Some((_, name, shift)) => {
                let value = self.0 as f64 / (1u64 << shift) as f64;
                let text = format!("{value:.1}");
                write!(f, "{} {name}", text.strip_suffix(".0").unwrap_or(&text))
            }
            None => write!(f, "{} bytes", self.0),
        }
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(text: &str) {
    let is_shifted = text.ends_with(|c: char| "KMGTkmgt".contains(c));
    let digits = &text[..text.len() - usize::from(is_shifted)];
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    match text.parse::<Size>() {
        Ok(size) => {
            assert!(
                !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()),
                "{text}"
            );
            assert_eq!(size.to_sccache().parse(), Ok(size));
            assert!(size.to_string().ends_with("iB") || size.to_string().ends_with(" bytes"));
        }
        Err(error) => assert!(!error.to_string().contains(char::is_control)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn takes_what_sccache_takes() {
        for (text, bytes) in [("0", 0), ("50", 50), ("24G", 24 << 30), ("3k", 3072), ("+1T", 1 << 40)] {
            assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        }
    }

    #[test]
    fn refuses_what_sccache_ignores() {
        for text in [
            "",
            "G",
            "24GB",
            "24GiB",
            "1.5G",
            " 24G",
            "24 G",
            "-1G",
            "2é",
            "99999999999T",
        ] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
    }

    #[test]
    fn reads_well() {
        assert_eq!(Size(24 << 30).to_string(), "24 GiB");
        assert_eq!(Size(1536 << 20).to_string(), "1.5 GiB");
        assert_eq!(Size(50).to_string(), "50 bytes");
    }

    proptest! {
        #[test]
        fn sccache_syntax_loses_nothing(bytes: u64) {
            prop_assert_eq!(Size(bytes).to_sccache().parse(), Ok(Size(bytes)));
        }

        #[test]
        fn any_text_is_a_size_or_an_error(text: String) {
            assert_invariants(&text);
        }
    }
}
