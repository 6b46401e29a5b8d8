//! Where the crates under test stand: cargo and every cache treat a member, a git crate and a registry crate
//! differently.

use std::fmt;

/// Where all crates but the program itself stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In the workspace.
    Member,
    /// In a git repository that the program depends on.
    Git,
    /// In a registry on this disk that stands for crates.io, and from there in CARGO_HOME.
    Registry,
}

impl Place {
    /// As a case file names it.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Member, Self::Git, Self::Registry]
            .into_iter()
            .find(|place| place.to_string() == name)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Member => "member",
            Self::Git => "git",
            Self::Registry => "registry",
        })
    }
}
