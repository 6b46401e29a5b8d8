//! The versions of sccache that the form was tested with.

use std::path::Path;
use std::process::Command;

use super::compiler;
use super::store::Store;
use crate::environment::Environment;
use crate::version::Version;
use crate::why::{Rule, Why};

/// The minor versions of 0.x.
const TRIED: std::ops::RangeInclusive<u32> = 15..=19;

/// An error with the version of `real` if it was not tested.
pub(crate) fn tried(real: &Path, store: &Store) -> Result<(), Why> {
    let identity = compiler::identity(real, &Environment::current())?;
    let printed = match store.read("versions", &identity) {
        Some(printed) => printed,
        None => {
            let output = Command::new(real)
                .arg("--version")
                .env_remove("CARGO_INCREMENTAL")
                .env_remove("CARGO_BUILD_INCREMENTAL")
                .output();
            let printed = output?.stdout;
            let _ = store.write("versions", &identity, &printed);
            printed
        }
    };
    let printed = String::from_utf8_lossy(&printed).trim().to_owned();
    let version = printed.strip_prefix("sccache ").and_then(Version::parse);
    if version.is_some_and(is_tried) {
        Ok(())
    } else {
        Err(Rule::Untried.because(format!("the form was not tried with {printed}")))
    }
}

/// Whether the form was tested with this version.
pub(crate) fn is_tried(version: Version) -> bool {
    version.0 == 0 && TRIED.contains(&version.1)
}

/// `0.15 to 0.19`.
pub(crate) fn tried_text() -> String {
    format!("0.{} to 0.{}", TRIED.start(), TRIED.end())
}
