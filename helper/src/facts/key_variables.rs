//! The environment variables in the keys of Rust crates: only shells with the same values share them.

use super::Facts;
use crate::cargo::lock_file::Lock;
use crate::key::cargo_env::is_in_keys;

/// Settings that are in the keys or in the paths of sources.
const SETTINGS: [&str; 4] = [
    "CARGO_HOME",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
];

/// The variables from which cargo takes its target and build directories.
pub(crate) const BUILD_DIRS: [&str; 3] = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_BUILD_DIR"];

impl Facts {
    /// The variables that contain this worktree's path and are in the key of most Rust crates: they differ in every
    /// other worktree.
    pub fn variables_of_this_worktree(&self) -> Vec<&str> {
        let Some(root) = self.worktree_to_itself().filter(|_| self.caches_rust()) else {
            return Vec::new();
        };
        let (root, is_ours) = (root.to_string_lossy(), self.wrapper_is_ours());
        let workspace = self.cargo.settings.root().map(|root| root.to_string_lossy());
        // Our wrapper treats the workspace root as the same in every worktree. For crates of a registry it does so only
        // in variables that begin with CARGO_, if the build directory is in the workspace.
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
            .filter(|name| !has_its_own_check(name))
            .filter(|name| self.shell.env.text(name).is_some_and(|value| names_it(name, &value)))
            .collect()
    }

    /// The names of the variables of this shell that are in keys.
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
        names.filter(move |name| is_in_keys(name, self.shell.env.given(name).is_some(), is_ours))
    }
}

/// Variables that have checks of their own, such as `cargo-home-per-project`.
fn has_its_own_check(name: &str) -> bool {
    SETTINGS.contains(&name) || BUILD_DIRS.contains(&name)
}

/// Whether the text contains the directory or a path in it, not a longer name that begins the same.
pub(crate) fn has_path(text: &str, dir: &str) -> bool {
    text.match_indices(dir).any(|(at, _)| {
        let after = text[at + dir.len()..].chars().next();
        after.is_none_or(|c| !(c.is_alphanumeric() || "-_.".contains(c)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_directory() {
        assert!(has_path("--remap-path-prefix=/w/a=", "/w/a"));
        assert!(has_path("-Clink-arg=/w/a/x.o", "/w/a"));
        assert!(has_path("/w/a", "/w/a"));
        assert!(!has_path("-Clink-arg=/w/ab", "/w/a"));
        assert!(!has_path("-Clink-arg=/w/a-b/x", "/w/a"));
    }
}
