//! Content hashes, the same in every version of this program and on every machine. The hashers of std do not promise
//! that.

/// A BLAKE3 hash over a sequence of fields, each with its length, so that no two sequences are the same bytes.
#[derive(Debug)]
pub struct Digest(blake3::Hasher);

impl Digest {
    /// An empty sequence; `purpose` makes hashes of different kinds of content different.
    pub fn new(purpose: &str) -> Self {
        let mut digest = Self(blake3::Hasher::new());
        digest.field(purpose.as_bytes());
        digest
    }

    /// Adds a field.
    pub fn field(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    /// The hash: 64 hexadecimal digits.
    pub fn hex(self) -> String {
        self.0.finalize().to_hex().as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(fields: &[&str]) -> String {
        let mut digest = Digest::new("test");
        for field in fields {
            digest.field(field.as_bytes());
        }
        digest.hex()
    }

    #[test]
    fn fields_do_not_run_together() {
        let all = [hex(&[]), hex(&[""]), hex(&["ab"]), hex(&["a", "b"]), hex(&["", "ab"])];
        let distinct: std::collections::BTreeSet<&String> = all.iter().collect();
        assert_eq!(distinct.len(), all.len());
    }
}
