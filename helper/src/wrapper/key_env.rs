//! Variables and the cache key.
//!
//! sccache puts every `CARGO_*` variable into the key of every Rust crate (0.19, `src/compiler/rust.rs`,
//! "8. Environment variables"). Those that steer cargo alone rustc does not read; set in one shell and not in
//! another they would cost every hit, so a rustc call does not get them.

use std::ffi::OsString;

use crate::cargo_env::is_cargo_only;
use crate::facts::environment::Environment;

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

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
