//! Variables that make sccache refuse to compile.

use std::ffi::OsString;

use crate::environment::Environment;

/// If one of them is `1`, sccache refuses every compile, even of C (0.19, `src/commands.rs`, `Command::Compile`).
const REFUSED: [&str; 2] = ["CARGO_BUILD_INCREMENTAL", "CARGO_INCREMENTAL"];

/// Those that are set. No C compiler reads them, and they are in no key of C.
pub(super) fn refused(env: &Environment) -> Vec<OsString> {
    let set = REFUSED.iter().filter(|name| env.get(name).is_some());
    set.map(OsString::from).collect()
}

/// The one because of which sccache refuses to compile.
pub(super) fn refusing(env: &Environment) -> Option<&'static str> {
    REFUSED
        .into_iter()
        .find(|name| env.get(name).is_some_and(|value| value == "1"))
}
