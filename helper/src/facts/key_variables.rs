//! Which of the environment's variables are in the keys of Rust crates, so that other shells share only if they have
//! the same.

use super::Facts;
use crate::cargo::lock_file::Lock;
use crate::key::cargo_env::{is_in_every_key, is_in_most_keys};

/// Settings of this shell that are in the keys or in the paths of sources.
const SETTINGS: [&str; 4] = [
    "CARGO_HOME",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
];

impl Facts {
    /// The variables that hold this worktree's path and are in the key of most Rust crates: no other worktree has the
    /// same.
    pub fn variables_of_this_worktree(&self) -> Vec<&str> {
        let Some(root) = self.worktree_to_itself().filter(|_| self.caches_rust()) else {
            return Vec::new();
        };
        let (root, is_ours) = (root.to_string_lossy(), self.wrapper_is_ours());
        let workspace = self.cargo.settings.root().map(|root| root.to_string_lossy());
        // Our wrapper takes the workspace's root for the same in every worktree; for crates of a registry it knows no
        // more than a directory around the build directory, by a name that begins with CARGO_.
        let builds_inside = || {
            let units = self.cargo.settings.units_dir().zip(self.cargo.settings.root());
            units.is_some_and(|(units, root)| units.value.starts_with(root))
        };
        let has_dependencies = || {
            let lock = self.cargo.settings.root().map(Lock::read).unwrap_or_default();
            lock.sourced().next().is_some()
        };
        let names_it = |name: &str, value: &str| {
            let rest = workspace
                .as_ref()
                .and_then(|workspace| value.strip_prefix(&**workspace));
            let rest = rest.filter(|rest| is_ours && (rest.is_empty() || rest.starts_with('/')));
            let is_root = |rest: &str| name.starts_with("CARGO_") && rest.len() < 2 && builds_inside();
            let is_neutral = rest.is_some_and(|rest| is_root(rest) || !has_dependencies());
            !is_neutral && has_path(value, &root)
        };
        self.in_keys()
            .filter(|name| !is_said_elsewhere(name))
            .filter(|name| self.shell.env.text(name).is_some_and(|value| names_it(name, &value)))
            .collect()
    }

    /// The variables of this shell alone that are in keys, by name.
    pub fn variables_to_share(&self) -> Vec<&str> {
        let is_default_home = || {
            let home = self.shell.own.path("HOME").map(|home| home.join(".cargo"));
            home.as_deref() == self.shell.own.path("CARGO_HOME")
        };
        let settings = SETTINGS.into_iter().filter(|name| self.shell.own.get(name).is_some());
        let settings = settings.filter(|name| *name != "CARGO_HOME" || !is_default_home());
        let mut names: Vec<&str> = self
            .in_keys()
            .filter(|name| self.shell.env.given(name).is_none())
            .collect();
        names.extend(settings);
        names.sort_unstable();
        names.dedup();
        names
    }

    fn in_keys(&self) -> impl Iterator<Item = &str> {
        let is_ours = self.wrapper_is_ours();
        let names = self.shell.env.names().filter_map(|name| name.to_str());
        names.filter(move |name| {
            if is_ours {
                is_in_most_keys(name, self.shell.env.given(name).is_some())
            } else {
                is_in_every_key(name)
            }
        })
    }
}

/// `cargo-home-per-project` and others judge these.
fn is_said_elsewhere(name: &str) -> bool {
    SETTINGS.contains(&name) || ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"].contains(&name)
}

/// The directory or something in it, not one whose name only begins like it.
fn has_path(text: &str, dir: &str) -> bool {
    text.match_indices(dir).any(|(at, _)| {
        let after = text[at + dir.len()..].chars().next();
        after.is_none_or(|c| !(c.is_alphanumeric() || "-_.".contains(c)))
    })
}
