//! `CARGO_*` variables: which of them are in the keys of Rust crates, of plain sccache and of the normal form.

/// The hash of everything that sccache does not see: in its key because of how the name begins.
pub(crate) const KEY: &str = "CARGO_SCCACHE_SHELL_KEY";

/// Variables that cargo sets for a unit from its manifest and name (cargo's `compilation.rs`, `fill_env`); they contain
/// no paths.
const OF_THE_UNIT: [&str; 3] = ["CARGO_PKG_*", "CARGO_CRATE_NAME*", "CARGO_BIN_NAME*"];

/// Settings of cargo, and paths. They are in the key only if a macro names them.
const SETTINGS: [&str; 24] = [
    "CARGO_ALIAS_*",
    "CARGO_BUILD_*",
    "CARGO_CACHE_*",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_FUTURE_INCOMPAT_REPORT_*",
    "CARGO_GIT_*",
    "CARGO_HOME",
    "CARGO_HTTP_*",
    "CARGO_INCREMENTAL",
    "CARGO_INSTALL_ROOT",
    // Set by `cargo llvm-cov show-env`.
    "CARGO_LLVM_COV_BUILD_DIR",
    "CARGO_LLVM_COV_TARGET_DIR",
    "CARGO_LOG",
    "CARGO_MAKEFLAGS",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_NET_*",
    "CARGO_REGISTR*",
    "CARGO_RESOLVER_*",
    "CARGO_RUSTC_CURRENT_DIR",
    "CARGO_SBOM_PATH",
    "CARGO_TARGET_DIR",
    "CARGO_TERM_*",
    "CARGO_UNSTABLE_*",
];

/// The settings of one target, `CARGO_TARGET_<triple>_…`: rustc gets what matters of them as arguments.
const TARGET_SETTINGS: [&str; 4] = ["_LINKER", "_RUNNER", "_RUSTFLAGS", "_RUSTDOCFLAGS"];

/// Whether cargo sets the variable for each unit, from its manifest and name.
pub(crate) fn is_of_the_unit(name: &str) -> bool {
    is_like(&OF_THE_UNIT, name)
}

/// Whether the variable is a setting of cargo's own.
pub(crate) fn is_setting(name: &str) -> bool {
    is_like(&SETTINGS, name)
        || name.starts_with("CARGO_TARGET_") && TARGET_SETTINGS.iter().any(|end| name.ends_with(end))
}

/// Whether the variable begins like cargo's and is not known to be: sccache hashes it, and cargo does not set it.
pub(crate) fn is_custom(name: &str) -> bool {
    name.starts_with("CARGO_")
        && is_in_most_keys(name, false)
        && name != KEY
        && !name.starts_with("CARGO_BIN_EXE_")
        && name != "CARGO_TARGET_TMPDIR"
}

/// Whether a variable of the shell, or of cargo's `[env]` (`is_given`), is in the key of most Rust crates, in normal
/// form or of plain sccache.
pub(crate) fn is_in_keys(name: &str, is_given: bool, is_in_form: bool) -> bool {
    if is_in_form {
        is_in_most_keys(name, is_given)
    } else {
        is_in_every_key(name)
    }
}

/// In normal form: whether it is in the key of each crate that uses a different one.
fn is_in_most_keys(name: &str, is_given: bool) -> bool {
    let counts = if name.starts_with("CARGO_") {
        !is_setting(name)
    } else {
        is_given
    };
    counts && !is_of_the_unit(name)
}

/// Whether the variable, set in a shell, is in plain sccache's key of every Rust crate: sccache leaves some out (0.19,
/// `src/compiler/rust.rs`, "8. Environment variables"), and cargo sets others for each crate.
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
    name.starts_with("CARGO_") && !is_like(&LEFT_OUT, name) && !is_like(&PER_CRATE, name)
}

fn is_like(patterns: &[&str], name: &str) -> bool {
    patterns.iter().any(|pattern| matches(pattern, name))
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
    fn directories_of_tools_are_settings() {
        assert!(!is_in_keys("CARGO_LLVM_COV_TARGET_DIR", false, true));
        assert!(is_in_keys("CARGO_LLVM_COV", false, true), "code may depend on it");
        assert!(
            is_in_keys("CARGO_LLVM_COV_TARGET_DIR", false, false),
            "plain sccache hashes it"
        );
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
