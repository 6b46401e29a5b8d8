//! Which versions of sccache the form was tried with.

use std::path::Path;
use std::process::Command;

use super::compiler;
use super::store::Store;
use crate::environment::Environment;
use crate::version::Version;
use crate::why::{Rule, Why};

/// The oldest and the newest minor version of 0.x.
const TRIED: std::ops::RangeInclusive<u32> = 15..=19;

/// An error that says which version it is, where that was not tried.
pub(crate) fn tried(real: &Path, store: &Store) -> Result<(), Why> {
    let identity = compiler::identity(real, &Environment::current())?;
    let said = match store.read("versions", &identity) {
        Some(said) => said,
        None => {
            let output = Command::new(real)
                .arg("--version")
                .env_remove("CARGO_INCREMENTAL")
                .env_remove("CARGO_BUILD_INCREMENTAL")
                .output();
            let said = output?.stdout;
            let _ = store.write("versions", &identity, &said);
            said
        }
    };
    let said = String::from_utf8_lossy(&said).trim().to_owned();
    let version = said.strip_prefix("sccache ").and_then(Version::parse);
    if version.is_some_and(is_tried) {
        Ok(())
    } else {
        Err(Rule::Untried.because(format!("the form was not tried with {said}")))
    }
}

/// Whether the form was tried with this version.
pub(crate) fn is_tried(version: Version) -> bool {
    version.0 == 0 && TRIED.contains(&version.1)
}

/// `0.15 to 0.19`.
pub(crate) fn tried_text() -> String {
    format!("0.{} to 0.{}", TRIED.start(), TRIED.end())
}
