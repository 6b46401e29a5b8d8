//! Cargo's home.

use std::path::PathBuf;

use crate::environment::Environment;
use crate::origin::{Origin, Setting};

/// Cargo's home: CARGO_HOME, else `~/.cargo`.
pub(super) fn home(env: &Environment) -> Option<Setting<PathBuf>> {
    const VARIABLE: &str = "CARGO_HOME";
    let named = env.path(VARIABLE).map(|home| Setting {
        value: home.to_owned(),
        origin: Origin::Env(VARIABLE.into()),
    });
    let default = || {
        // Without HOME: as in the system's list of users.
        let home = env
            .path("HOME")
            .map_or_else(std::env::home_dir, |home| Some(home.to_owned()))?;
        Some(Setting {
            value: home.join(".cargo"),
            origin: Origin::Default,
        })
    };
    Some(named.or_else(default)?.below(env.cwd()))
}
