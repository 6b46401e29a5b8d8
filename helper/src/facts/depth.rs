//! How much is read.

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What there is time for when a shell starts.
    Quick,
    /// Everything.
    Full,
}
