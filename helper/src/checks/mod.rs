//! All judging. One check, one file, beside the text that `explain` prints; a check is pure and never
//! prints. To add one: write `<id>.rs` and `<id>.md` (underscores for dashes) and add it to [`ALL`].

mod basedirs_direct_mode;
mod cache_size;
mod cache_size_unparsed;
mod cc_wrapper_env_unhashed;
mod config_invalid;
mod config_missing;
mod env_overrides_file;
mod incremental_on;
mod port_not_sccache;
mod rustc_wrapper_env_unhashed;
mod sccache_broken;
mod sccache_missing;
mod server_not_answering;
mod server_settings_differ;
mod server_tmpdir_gone;
mod target_dir_shared;
mod tmpdir_missing;
mod tmpdir_too_long;
mod version_too_old_for_sharing;
mod wrapper_elsewhere;
mod wrapper_missing;
mod wrapper_shadowed;

use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

/// One thing that can be wrong.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// Stable, kebab-case, names the problem.
    pub id: &'static str,
    /// How bad it is at worst.
    pub severity: Severity,
    /// What `explain` prints: Markdown, a title that is the id, a line that says it all, then sections.
    pub explanation: &'static str,
    /// Judges the facts; empty where all is well.
    pub run: fn(&Facts) -> Vec<Finding>,
}

/// Every check, in the order in which findings of one severity are shown: causes before effects.
pub const ALL: &[Check] = &[
    // Wrong results.
    basedirs_direct_mode::CHECK,
    target_dir_shared::CHECK,
    version_too_old_for_sharing::CHECK,
    cc_wrapper_env_unhashed::CHECK,
    rustc_wrapper_env_unhashed::CHECK,
    // Breaks builds.
    sccache_missing::CHECK,
    sccache_broken::CHECK,
    config_invalid::CHECK,
    port_not_sccache::CHECK,
    server_not_answering::CHECK,
    server_tmpdir_gone::CHECK,
    tmpdir_missing::CHECK,
    tmpdir_too_long::CHECK,
    wrapper_missing::CHECK,
    wrapper_elsewhere::CHECK,
    wrapper_shadowed::CHECK,
    incremental_on::CHECK,
    config_missing::CHECK,
    env_overrides_file::CHECK,
    cache_size_unparsed::CHECK,
    cache_size::CHECK,
    server_settings_differ::CHECK,
];

impl Check {
    /// The line under the explanation's title.
    pub fn summary(&self) -> &'static str {
        self.explanation
            .lines()
            .skip(1)
            .find(|line| !line.is_empty())
            .unwrap_or_default()
    }

    fn finding(&self, what: String, fix: Fix) -> Finding {
        Finding {
            id: self.id,
            severity: self.severity,
            what,
            detail: Vec::new(),
            fix,
        }
    }
}

/// Runs all checks but those in `ignored`; the worst findings first, else in the order of [`ALL`].
pub fn run(facts: &Facts, ignored: &[String]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = ALL
        .iter()
        .filter(|check| !ignored.iter().any(|id| id == check.id))
        .flat_map(|check| (check.run)(facts))
        .collect();
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The check of that id.
pub fn find(id: &str) -> Option<&'static Check> {
    ALL.iter().find(|check| check.id == id)
}

/// The command that ends a server; to be typed by the user alone, since other shells may be building.
const STOP_SERVER: &str = "sccache --stop-server";

/// How a finding about a running server is mended.
fn stop_server() -> Fix {
    Fix::Run(format!(
        "{STOP_SERVER}  # when no build is running; the next compile starts it anew"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_stable() {
        let ids: Vec<&str> = ALL.iter().map(|check| check.id).collect();
        insta::assert_snapshot!(ids.join("\n"), @"
        basedirs-direct-mode
        target-dir-shared
        version-too-old-for-sharing
        cc-wrapper-env-unhashed
        rustc-wrapper-env-unhashed
        sccache-missing
        sccache-broken
        config-invalid
        port-not-sccache
        server-not-answering
        server-tmpdir-gone
        tmpdir-missing
        tmpdir-too-long
        wrapper-missing
        wrapper-elsewhere
        wrapper-shadowed
        incremental-on
        config-missing
        env-overrides-file
        cache-size-unparsed
        cache-size
        server-settings-differ
        ");
    }

    #[test]
    fn every_check_is_explained() {
        for check in ALL {
            assert!(
                check.id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{}",
                check.id
            );
            let title = check.explanation.lines().next();
            assert_eq!(title, Some(format!("# {}", check.id).as_str()));
            assert!(
                check.summary().ends_with('.'),
                "{}: a sentence under the title",
                check.id
            );
            for heading in ["## Why it matters", "## How to mend it"] {
                assert!(check.explanation.contains(heading), "{}: {heading}", check.id);
            }
        }
    }
}
