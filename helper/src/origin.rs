//! Where a setting comes from.

use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// An environment variable.
    Env(Cow<'static, str>),
    /// A line of a file.
    File(PathBuf, usize),
    /// It is not set; cargo's default applies.
    Default,
}

impl Origin {
    /// Whether an environment variable sets it.
    pub fn is_env(&self) -> bool {
        matches!(self, Self::Env(_))
    }
}

/// For people: `CARGO_INCREMENTAL`, `/src/.cargo/config.toml:3`, `cargo's default`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => f.write_str(name),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Default => f.write_str("cargo's default"),
        }
    }
}

/// A value and its origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value that wins.
    pub value: T,
    /// What set it.
    pub origin: Origin,
}

impl Setting<PathBuf> {
    /// The same as an absolute path; a relative one counts from `dir`.
    #[must_use]
    pub fn below(self, dir: &Path) -> Self {
        Self {
            value: dir.join(self.value),
            origin: self.origin,
        }
    }
}
