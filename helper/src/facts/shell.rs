//! The shell, and what cargo makes of its environment.

use crate::cargo::Cargo;
use crate::environment::{Environment, names};
use crate::form;
use crate::own_dir::Stranger;
use crate::size::Size;
use crate::tmp_dir::{self, Fault};

/// What the shell and the flake give.
#[derive(Debug, Clone)]
pub struct ShellFacts {
    /// What cargo gives to the compiler's wrapper, and so to a server that a build starts: the shell's, with `[env]` of
    /// cargo's configuration over it.
    pub env: Environment,
    /// This process's environment, which cargo itself reads.
    pub own: Environment,
    /// This process's user.
    pub uid: u32,
    /// The least cache size that the flake wants.
    pub wanted_size: Option<Size>,
    /// What is wrong with this shell's TMPDIR, where it is set.
    pub tmpdir_fault: Option<Fault>,
    /// Who could change what the wrapper keeps in the user's cache directory.
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
