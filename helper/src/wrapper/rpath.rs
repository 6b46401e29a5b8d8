//! Search paths of the loader that do not exist.
//!
//! In a Nix shell the linker gets `-rpath $out/lib`, and `nix develop` sets `$out` to a directory below the one it was
//! started in, which is never built. It would put the worktree's path into everything that is linked.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use crate::environment::Environment;

/// Read by nixpkgs' linker (`pkgs/build-support/bintools-wrapper/ld-wrapper.sh`), with any role or salt.
const LINKER_FLAGS: &[u8] = b"NIX_LDFLAGS";

/// The variables with the linker's flags that have such search paths, without these.
pub(super) fn plan(env: &Environment) -> Vec<(OsString, OsString)> {
    let flags = env.vars().filter(|(name, _)| name.as_bytes().starts_with(LINKER_FLAGS));
    let shorter = flags.filter_map(|(name, value)| Some((name.to_owned(), without_dead_ends(value)?)));
    shorter.collect()
}

/// `None` if all search paths exist. nixpkgs' scripts divide the value into words without regard to quotes.
fn without_dead_ends(value: &OsStr) -> Option<OsString> {
    let mut words = value
        .as_bytes()
        .split(u8::is_ascii_whitespace)
        .filter(|word| !word.is_empty())
        .peekable();
    let mut kept = Vec::new();
    let mut is_shorter = false;
    while let Some(word) = words.next() {
        let is_dead_end = |next: &&[u8]| word == b"-rpath" && leads_nowhere(Path::new(OsStr::from_bytes(next)));
        if words.next_if(is_dead_end).is_some() {
            is_shorter = true;
        } else {
            kept.push(word);
        }
    }
    is_shorter.then(|| OsString::from_vec(kept.join(&b' ')))
}

/// A path with `$ORIGIN` is relative to the program.
fn leads_nowhere(dir: &Path) -> bool {
    dir.is_absolute() && matches!(dir.try_exists(), Ok(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(name: &str, value: &str) -> Option<String> {
        let set = plan(&Environment::new([(name, value)], Path::new("/")));
        set.into_iter().next().map(|(as_named, value)| {
            assert_eq!(as_named, name);
            value.into_string().unwrap()
        })
    }

    #[test]
    fn what_leads_nowhere_goes() {
        let without = |value| planned("NIX_LDFLAGS", value);
        let gone = |value| without(value).unwrap();
        assert_eq!(gone("-rpath /w/a/outputs/out/lib "), "");
        assert_eq!(gone("-rpath /w/a/outputs/out/lib  -L/usr/lib -lz"), "-L/usr/lib -lz");
        assert_eq!(
            gone(" -lz\n-rpath /w/lib64 -rpath /usr/lib -rpath /w/lib"),
            "-lz -rpath /usr/lib"
        );
        for stays in [
            "",
            " -L/w/lib  -lz",
            "-rpath /usr/lib",
            "-rpath $ORIGIN/../lib",
            "-lz -rpath",
            "-rpath-link /w/lib",
        ] {
            assert_eq!(without(stays), None, "{stays:?}");
        }
    }

    #[test]
    fn with_any_role_or_salt() {
        for name in [
            "NIX_LDFLAGS_FOR_BUILD",
            "NIX_LDFLAGS_x86_64_unknown_linux_gnu",
            "NIX_LDFLAGS_BEFORE",
        ] {
            assert_eq!(planned(name, "-rpath /w/lib -lz").as_deref(), Some("-lz"), "{name}");
        }
        assert_eq!(planned("LDFLAGS", "-rpath /w/lib -lz"), None);
    }
}
