//! How much is read.

/// How much is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What is fast enough for the start of a shell.
    Quick,
    /// Everything.
    Full,
}
