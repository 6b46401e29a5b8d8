//! The shell's environment, and the one that cargo passes on.

use crate::cargo::Cargo;
use crate::environment::{Environment, names};
use crate::form;
use crate::own_dir::Stranger;
use crate::size::Size;
use crate::tmp_dir::{self, Fault};

/// The shell, and what the flake sets in it.
#[derive(Debug, Clone)]
pub struct ShellFacts {
    /// The environment of the compiler's wrapper, and so of a server that a build starts: the shell's, overlaid with
    /// `[env]` of cargo's configuration.
    pub env: Environment,
    /// This process's environment, which cargo itself reads.
    pub own: Environment,
    /// This process's user.
    pub uid: u32,
    /// The least cache size that the flake wants.
    pub wanted_size: Option<Size>,
    /// What is wrong with TMPDIR, if it is set.
    pub tmpdir_fault: Option<Fault>,
    /// Whether a different user could change the wrapper's files in the cache directory.
    pub stranger: Option<Stranger>,
}

impl ShellFacts {
    pub(super) fn read(own: Environment, settings: &Cargo) -> Self {
        let env = settings.environment(&own);
        Self {
            uid: rustix::process::geteuid().as_raw(),
            wanted_size: env.text(names::CACHE_SIZE).and_then(|size| size.parse().ok()),
            tmpdir_fault: env.get("TMPDIR").and_then(|dir| tmp_dir::fault(dir.as_ref())),
            stranger: form::store::stranger(&env),
            env,
            own,
        }
    }
}
