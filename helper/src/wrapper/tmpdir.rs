//! A TMPDIR that works for this call and for a server that it may start.
//!
//! nix-direnv, `use nix` and editors bypass the hook that sets TMPDIR, but not the wrapper. A server whose TMPDIR is
//! deleted fails every compile until it is restarted.

use std::path::{Path, PathBuf};

use crate::environment::{Environment, names};
use crate::tmp_dir::{Fault, fault};

/// Directories that exist longer than a shell: tried after the shell's own choice.
const FALLBACKS: [&str; 2] = ["/var/tmp", "/tmp"];

/// A different TMPDIR for the call.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Move {
    /// TMPDIR in the environment.
    pub(super) from: PathBuf,
    /// Its replacement.
    pub(super) to: PathBuf,
    /// What was wrong with it.
    pub(super) why: Fault,
}

/// `None` if TMPDIR works or is unset (sccache then uses `/tmp`), or if there is nothing better.
pub(super) fn plan(env: &Environment) -> Option<Move> {
    let from = Path::new(env.get("TMPDIR")?);
    let why = fault(from)?;
    let to = env
        .path(names::TMPDIR)
        .into_iter()
        .chain(FALLBACKS.iter().map(Path::new))
        .find(|dir| fault(dir).is_none())?;
    Some(Move {
        from: from.to_owned(),
        to: to.to_owned(),
        why,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(vars: &[(&str, &Path)]) -> Option<PathBuf> {
        plan(&Environment::new(vars.iter().copied(), Path::new("/"))).map(|plan| plan.to)
    }

    #[test]
    fn a_good_one_is_kept() {
        let good = tempfile::tempdir().unwrap();
        assert_eq!(planned(&[]), None);
        assert_eq!(
            planned(&[("TMPDIR", good.path()), (names::TMPDIR, Path::new("/var/tmp"))]),
            None
        );
    }

    #[test]
    fn a_bad_one_becomes_the_shells() {
        let good = tempfile::tempdir().unwrap();
        let nix = good.path().join("nix-shell.aB3dE6");
        std::fs::create_dir(&nix).unwrap();
        for bad in [
            nix.as_path(),
            Path::new("/nonexistent"),
            Path::new(""),
            Path::new("/dev/null"),
        ] {
            let vars = [("TMPDIR", bad), (names::TMPDIR, good.path())];
            assert_eq!(planned(&vars).as_deref(), Some(good.path()), "{}", bad.display());
        }
    }

    #[test]
    fn a_bad_choice_of_the_shell_falls_back() {
        let vars = [
            ("TMPDIR", Path::new("/nonexistent")),
            (names::TMPDIR, Path::new("/nonexistent/too")),
        ];
        assert!(planned(&vars).is_some_and(|dir| FALLBACKS.iter().any(|good| dir == Path::new(good))));
    }
}
