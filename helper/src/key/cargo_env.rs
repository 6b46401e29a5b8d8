//! `CARGO_*` variables: which are in plain sccache's key of every Rust crate.

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
