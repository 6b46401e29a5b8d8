//! The parts of a cache key, hashed in their order.

use crate::digest::Digest;

/// One part: its name, which `explain-miss` shows, and its value. Neither has to be text.
pub(crate) type KeyPart = (Vec<u8>, Vec<u8>);

/// A part of the key.
pub(crate) fn part(name: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) -> KeyPart {
    (name.into(), value.into())
}

/// The hash of `parts`; `purpose` separates keys from names of units.
pub(super) fn digest(purpose: &str, parts: &[KeyPart]) -> String {
    let mut digest = Digest::new(purpose);
    for (name, value) in parts {
        digest.field(name);
        digest.field(value);
    }
    digest.hex()
}
