//! Variables and the cache key.
//!
//! sccache puts every `CARGO_*` variable into the key of every Rust crate (0.19, `src/compiler/rust.rs`,
//! "8. Environment variables"). The ones below steer cargo alone; rustc reads none of them. Set in one shell
//! and not in another they would cost every hit, so a rustc call does not get them.

use std::ffi::OsString;

use crate::facts::environment::Environment;

/// A pattern of names: one name, or (ending in `*`) all that begin so.
const CARGO_ONLY: [(&str, &str); 9] = [
    (
        "CARGO_INCREMENTAL",
        "reaches rustc as -C incremental; in the key, unset differs from 0",
    ),
    ("CARGO_BUILD_INCREMENTAL", "the same, by another name"),
    (
        "CARGO_BUILD_RUSTC_WRAPPER",
        "names the wrapper, and with it a store path of one version",
    ),
    ("CARGO_HTTP_*", "how cargo downloads"),
    ("CARGO_NET_*", "whether and how often cargo downloads"),
    ("CARGO_PROFILE_*", "reaches rustc as -C options, which are in the key"),
    (
        "CARGO_REGISTRIES_*",
        "where crates come from, and tokens; the source's own path is in the key",
    ),
    ("CARGO_REGISTRY_*", "the same for the default registry"),
    ("CARGO_TERM_*", "how cargo prints"),
];

/// The variables of `env` that steer cargo alone, sorted.
pub(super) fn cargo_only(env: &Environment) -> Vec<OsString> {
    env.names()
        .filter(|name| name.to_str().is_some_and(is_cargo_only))
        .map(OsString::from)
        .collect()
}

/// The variables of `env` with which sccache refuses any compile, a C compile of a build script too, once they are `1`
/// (0.19, `src/commands.rs`, `Command::Compile`). No C compiler reads them, and they are in no C key.
pub(super) fn refused(env: &Environment) -> Vec<OsString> {
    const REFUSED: [&str; 2] = ["CARGO_BUILD_INCREMENTAL", "CARGO_INCREMENTAL"];
    let set = REFUSED.iter().filter(|name| env.get(name).is_some());
    set.map(OsString::from).collect()
}

fn is_cargo_only(name: &str) -> bool {
    CARGO_ONLY.iter().any(|(pattern, _)| match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *pattern,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn takes_what_only_cargo_reads() {
        for name in [
            "CARGO_TERM_COLOR",
            "CARGO_NET_OFFLINE",
            "CARGO_PROFILE_DEV_DEBUG",
            "CARGO_REGISTRY_TOKEN",
        ] {
            assert!(is_cargo_only(name), "{name}");
        }
    }

    #[test]
    fn leaves_what_crates_read() {
        for name in [
            "CARGO",
            "CARGO_HOME",
            "CARGO_TARGET_DIR",
            "CARGO_TARGET_TMPDIR",
            "CARGO_MANIFEST_DIR",
            "CARGO_PKG_NAME",
            "CARGO_CFG_UNIX",
            "CARGO_FEATURE_STD",
            "CARGO_BIN_EXE_x",
            "CARGO_PRIMARY_PACKAGE",
            "CARGO_CRATE_NAME",
            "CARGO_ENCODED_RUSTFLAGS",
            "CARGO_MAKEFLAGS",
            "CARGO_INCREMENTAL_X",
            "RUSTFLAGS",
            "PATH",
        ] {
            assert!(!is_cargo_only(name), "{name}");
        }
    }

    #[test]
    fn names_them_sorted() {
        let env = Environment::new(
            [
                ("CARGO_TERM_COLOR", "always"),
                ("PATH", "/bin"),
                ("CARGO_INCREMENTAL", "0"),
            ],
            Path::new("/"),
        );
        assert_eq!(cargo_only(&env), ["CARGO_INCREMENTAL", "CARGO_TERM_COLOR"]);
    }
}
