//! Puts the variables of nixpkgs' compiler wrappers into sccache's keys, hashed into variables that sccache hashes.

use std::ffi::OsString;

use super::call::Call;
use crate::environment::Environment;
use crate::key::nix_env::{self, C_KEY, RUST_KEY};

/// The variables of a call's key.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct NixKey {
    /// Variables to set.
    pub(super) set: Vec<(OsString, OsString)>,
    /// The variables that are hashed in `set`.
    pub(super) hashed: Vec<OsString>,
}

/// Nothing if none of these variables is set: then the key is plain sccache's.
pub(super) fn plan(call: &Call<'_>, env: &Environment) -> NixKey {
    let (c, rust) = match call {
        Call::Sccache => (None, None),
        Call::Rustc { .. } => (None, nix_env::rust(env)),
        // Only sccache finds out which language the compiler is for. It ignores the variable for the other one.
        Call::Compiler { .. } => (nix_env::c(env), nix_env::rust(env)),
    };
    let mut key = NixKey::default();
    if let Some(inputs) = c {
        key.set.push((C_KEY.into(), nix_env::c_key(env, &inputs)));
        key.hashed.extend(inputs.names);
    }
    if let Some(inputs) = rust {
        key.set.push((RUST_KEY.into(), inputs.hash.into()));
        key.hashed.extend(inputs.names);
    }
    // It changes what rustc accepts, and sccache does not hash it.
    let bootstrap = env.get("RUSTC_BOOTSTRAP").filter(|_| call.is_compile());
    if let Some(value) = bootstrap {
        key.set
            .push(("CARGO_SCCACHE_SHELL_RUSTC_BOOTSTRAP".into(), value.to_owned()));
        key.hashed.push("RUSTC_BOOTSTRAP".into());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::path::Path;

    const CFLAGS: (&str, &str) = ("NIX_CFLAGS_COMPILE", "-DX");
    const RUSTFLAGS: (&str, &str) = ("NIX_RUSTFLAGS", "--cfg x");

    fn names(args: &[&str], vars: &[(&str, &str)]) -> Vec<String> {
        let args: Vec<OsString> = args.iter().map(OsString::from).collect();
        let env = Environment::new(vars.iter().copied(), Path::new("/"));
        let key = plan(&Call::of(&args), &env);
        key.set
            .iter()
            .map(|(name, _)| name.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn each_language_gets_its_own_variable() {
        let both = [CFLAGS, RUSTFLAGS];
        assert_eq!(names(&["rustc", "--crate-name", "x"], &both), [RUST_KEY]);
        assert_eq!(names(&["cc", "-c", "a.c"], &both), [C_KEY, RUST_KEY]);
        assert_eq!(names(&["clippy-driver", "rustc", "x.rs"], &[RUSTFLAGS]), [RUST_KEY]);
        assert_eq!(names(&["--show-stats"], &both), [""; 0]);
        for rustc in ["rustc", "rustc-1.95", "clippy-driver"] {
            let set = names(&[rustc, "a.rs"], &[("RUSTC_BOOTSTRAP", "1")]);
            assert_eq!(set, ["CARGO_SCCACHE_SHELL_RUSTC_BOOTSTRAP"], "{rustc}");
        }
    }

    #[test]
    fn without_them_nothing_is_set() {
        for call in [["rustc", "-vV"], ["cc", "-c"]] {
            assert_eq!(
                names(&call, &[("PATH", "/bin"), ("CC", "gcc"), (C_KEY, "mine")]),
                [""; 0]
            );
        }
    }

    #[test]
    fn what_the_user_set_stays_in() {
        let env = |own: &[(&str, &str)]| Environment::new(own.iter().copied().chain([CFLAGS]), Path::new("/"));
        let args = [OsString::from("cc")];
        let value = |own: &[(&str, &str)]| plan(&Call::of(&args), &env(own)).set[0].1.clone();
        let alone = value(&[]);
        assert!(alone.to_str().unwrap().starts_with("nix-"));
        let mut expected = OsString::from("mine+");
        expected.push(&alone);
        assert_eq!(value(&[(C_KEY, "mine")]), expected);
        assert_ne!(value(&[(C_KEY, "")]), alone);
        assert_eq!(
            plan(&Call::of(&args), &env(&[])).hashed,
            [OsStr::new("NIX_CFLAGS_COMPILE")]
        );
    }
}
