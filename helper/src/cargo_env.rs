//! `CARGO_*` variables: which steer cargo alone, and which are in sccache's key of every Rust crate.

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

/// Whether the variable steers cargo alone: rustc does not read it.
pub fn is_cargo_only(name: &str) -> bool {
    CARGO_ONLY.iter().any(|(pattern, _)| matches(pattern, name))
}

/// Whether the variable, set in a shell, is in the key of every Rust crate: sccache leaves some out (0.19,
/// `src/compiler/rust.rs`, "8. Environment variables"), and cargo sets others anew for each crate.
pub fn is_in_every_key(name: &str) -> bool {
    const LEFT_OUT: [&str; 4] = [
        "CARGO_MAKEFLAGS",
        "CARGO_REGISTRIES_*",
        "CARGO_BUILD_JOBS",
        "CARGO_ENCODED_RUSTFLAGS",
    ];
    const PER_CRATE: [&str; 8] = [
        "CARGO_MANIFEST_*",
        "CARGO_PKG_*",
        "CARGO_BIN_*",
        "CARGO_CRATE_NAME",
        "CARGO_PRIMARY_PACKAGE",
        "CARGO_TARGET_TMPDIR",
        "CARGO_RUSTC_CURRENT_DIR",
        "CARGO_SBOM_PATH",
    ];
    let is_like = |patterns: &[&str]| patterns.iter().any(|pattern| matches(pattern, name));
    name.starts_with("CARGO_") && !is_like(&LEFT_OUT) && !is_like(&PER_CRATE)
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn knows_what_is_in_every_key() {
        for name in ["CARGO_TERM_COLOR", "CARGO_HOME", "CARGO_BUILD_TARGET", "CARGO_MINE"] {
            assert!(is_in_every_key(name), "{name}");
        }
        for name in [
            "CARGO",
            "CARGO_PKG_NAME",
            "CARGO_MAKEFLAGS",
            "CARGO_BUILD_JOBS",
            "RUSTFLAGS",
        ] {
            assert!(!is_in_every_key(name), "{name}");
        }
    }
}
