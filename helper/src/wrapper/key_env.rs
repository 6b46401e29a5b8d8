//! Variables with which sccache refuses to compile.

use std::ffi::OsString;

use crate::environment::Environment;

/// The variables of `env` with which sccache refuses any compile, a C compile of a build script too, once they are `1`
/// (0.19, `src/commands.rs`, `Command::Compile`). No C compiler reads them, and they are in no C key.
pub(super) fn refused(env: &Environment) -> Vec<OsString> {
    const REFUSED: [&str; 2] = ["CARGO_BUILD_INCREMENTAL", "CARGO_INCREMENTAL"];
    let set = REFUSED.iter().filter(|name| env.get(name).is_some());
    set.map(OsString::from).collect()
}
