//! Variables that make sccache refuse to compile.

use std::ffi::OsString;

use crate::environment::Environment;

/// The variables that are set and, if they are `1`, make sccache refuse every compile, even of C (0.19,
/// `src/commands.rs`, `Command::Compile`). No C compiler reads them, and they are in no key of C.
pub(super) fn refused(env: &Environment) -> Vec<OsString> {
    const REFUSED: [&str; 2] = ["CARGO_BUILD_INCREMENTAL", "CARGO_INCREMENTAL"];
    let set = REFUSED.iter().filter(|name| env.get(name).is_some());
    set.map(OsString::from).collect()
}
