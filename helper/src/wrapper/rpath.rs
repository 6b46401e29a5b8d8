//! Search paths of the loader that lead nowhere.
//!
//! In a Nix shell the linker gets `-rpath $out/lib`, and `nix develop` makes `$out` a directory below the one it was
//! started in, which nobody builds. A proc macro is linked, so the path of the worktree is in it, and sccache has its
//! bytes in the key of every crate that uses it: `serde`, `clap` and what else is derived would miss in every other
//! worktree. Without that path a proc macro of the same source is the same everywhere.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use super::call;
use crate::facts::environment::Environment;

/// What nixpkgs' linker reads (`pkgs/build-support/bintools-wrapper/ld-wrapper.sh`), with any role or salt.
const LINKER_FLAGS: &[u8] = b"NIX_LDFLAGS";

/// The linker's flags without the search paths that are not there, for a rustc call that links a dependency's proc
/// macro. Programs and what is built here keep theirs.
pub(super) fn plan(args: &[OsString], env: &Environment) -> Vec<(OsString, OsString)> {
    if !links_shared_macro(args) {
        return Vec::new();
    }
    let flags = env.vars().filter(|(name, _)| name.as_bytes().starts_with(LINKER_FLAGS));
    let shorter = flags.filter_map(|(name, value)| Some((name.to_owned(), without_dead_ends(value)?)));
    shorter.collect()
}

fn links_shared_macro(args: &[OsString]) -> bool {
    call::values(args, "--crate-type") == ["proc-macro"] && call::dependency(args).is_some()
}

/// `None` where all lead somewhere. Words are what nixpkgs' scripts make of the value, which know no quotes.
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

/// One with `$ORIGIN` begins at the macro, wherever that lies.
fn leads_nowhere(dir: &Path) -> bool {
    dir.is_absolute() && matches!(dir.try_exists(), Ok(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MACRO: &str =
        "--crate-name serde_derive /r/serde_derive-1/src/lib.rs --crate-type proc-macro --cap-lints allow";

    fn planned(args: &str, name: &str, value: &str) -> Option<String> {
        let args: Vec<OsString> = args.split_whitespace().map(OsString::from).collect();
        let set = plan(&args, &Environment::new([(name, value)], Path::new("/")));
        set.into_iter().next().map(|(as_named, value)| {
            assert_eq!(as_named, name);
            value.into_string().unwrap()
        })
    }

    #[test]
    fn what_leads_nowhere_goes() {
        let without = |value| planned(MACRO, "NIX_LDFLAGS", value);
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
            assert_eq!(
                planned(MACRO, name, "-rpath /w/lib -lz").as_deref(),
                Some("-lz"),
                "{name}"
            );
        }
        assert_eq!(planned(MACRO, "LDFLAGS", "-rpath /w/lib -lz"), None);
    }

    #[test]
    fn only_for_a_macro_that_others_use() {
        let is_left = |args: &str| planned(args, "NIX_LDFLAGS", "-rpath /w/lib").is_none();
        assert!(is_left(&MACRO.replace("--cap-lints allow", "")), "own code");
        assert!(is_left(&MACRO.replace("/r/", "")), "own code, capped by RUSTFLAGS");
        for linked in ["bin", "cdylib", "lib", "proc-macro --crate-type cdylib"] {
            assert!(is_left(&MACRO.replace("proc-macro", linked)), "{linked}");
        }
        assert!(!is_left(&MACRO.replace("type proc", "type=proc")));
    }
}
