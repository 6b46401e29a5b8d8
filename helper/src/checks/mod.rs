//! All judging. One check, one file, beside the text that `explain` prints; a check is pure and never
//! prints. To add one: write `<id>.rs` and `<id>.md` (underscores for dashes) and add it to [`GROUPS`].

mod basedirs_direct_mode;
mod basedirs_missing_worktree;
mod basedirs_relative;
mod cache_dir_unusable;
mod cache_dir_vanished;
mod cache_exceeds_max;
mod cache_in_worktree;
mod cache_of_strangers;
mod cache_on_network_fs;
mod cache_on_volatile_fs;
mod cache_size;
mod cache_size_tiny;
mod cache_size_unparsed;
mod cargo_cached_wrapper_failure;
mod cargo_config_invalid;
mod cargo_env_in_key;
mod cargo_home_differs_remote;
mod cargo_home_per_project;
mod cargo_target_dir_env;
mod cc_wrapper_env_unhashed;
mod client_side_frame;
mod client_side_ignored;
mod clippy_uncached;
mod cmake_not_wrapped;
mod config_invalid;
mod config_key_too_new;
mod config_missing;
mod config_relative;
mod deps_vendored_in_tree;
mod dir_literal;
mod disk_too_small;
mod env_bool_invalid;
mod env_overrides_file;
mod error_log_unwritable;
mod fd_inherit_hang;
mod fixes;
mod foreign_files_in_cache;
mod given;
mod idle_timeout;
mod incremental_forced;
mod incremental_on;
mod incremental_spelling;
mod lines;
mod mixed_versions;
mod native_cpu_remote;
mod no_cache_set;
mod origins;
mod port_invalid;
mod port_not_sccache;
mod preprocessor_table_partial;
mod readonly_mode;
mod recache_set;
mod remote_not_compiled_in;
mod rust_analyzer_wrapper;
mod rustc_toolchain_differs;
mod rustc_wrapper_env_unhashed;
mod rustflags_joined;
mod rustflags_path;
mod sccache_broken;
mod sccache_missing;
mod sccache_untried;
mod secrets;
mod server_exe_deleted;
mod server_not_answering;
mod server_other_namespace;
mod server_other_user;
mod server_settings_differ;
mod server_tmpdir_ephemeral;
mod server_tmpdir_gone;
mod server_too_old;
mod shared_cache_dir;
mod start_server_leaked;
mod static_lib_modifiers_unhashed;
mod stats_errors;
mod stats_reasons;
mod storage_unusable;
mod target_dir_shared;
mod tmpdir_missing;
mod tmpdir_too_long;
mod tracing_unavailable;
mod uds_bad;
mod version_too_old_for_sharing;
mod workspace_wrapper;
mod wrapper_elsewhere;
mod wrapper_missing;
mod wrapper_name_hides_cc;
mod wrapper_not_found;
mod wrapper_renamed;
mod wrapper_shadowed;

use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use fixes::{own_address, stop_server};

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

/// Checks that are about one thing.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Its heading.
    pub title: &'static str,
    /// What its checks find.
    pub about: &'static str,
    /// In the order in which findings of one severity are shown: causes before effects.
    pub checks: &'static [Check],
}

/// Every check, the worst groups first.
pub const GROUPS: [Group; 5] = [
    Group {
        title: "Wrong results",
        about: "What is compiled, or what comes out of the cache, is not what it should be, and nothing says so.",
        checks: &[
            basedirs_direct_mode::CHECK,
            target_dir_shared::CHECK,
            version_too_old_for_sharing::CHECK,
            static_lib_modifiers_unhashed::CHECK,
            cc_wrapper_env_unhashed::CHECK,
            rustc_wrapper_env_unhashed::CHECK,
            native_cpu_remote::CHECK,
        ],
    },
    Group {
        title: "Broken builds",
        about: "Compiles fail or hang.",
        checks: &[
            sccache_missing::CHECK,
            start_server_leaked::CHECK,
            config_key_too_new::CHECK,
            config_invalid::CHECK,
            env_bool_invalid::CHECK,
            basedirs_relative::CHECK,
            sccache_broken::CHECK,
            storage_unusable::CHECK,
            wrapper_not_found::CHECK,
            wrapper_renamed::CHECK,
            workspace_wrapper::CHECK,
            cargo_config_invalid::CHECK,
            incremental_forced::CHECK,
            uds_bad::CHECK,
            port_invalid::CHECK,
            port_not_sccache::CHECK,
            server_other_user::CHECK,
            server_other_namespace::CHECK,
            server_not_answering::CHECK,
            server_too_old::CHECK,
            server_tmpdir_gone::CHECK,
            server_tmpdir_ephemeral::CHECK,
            fd_inherit_hang::CHECK,
            tmpdir_missing::CHECK,
            tmpdir_too_long::CHECK,
            error_log_unwritable::CHECK,
            cache_dir_unusable::CHECK,
            cargo_cached_wrapper_failure::CHECK,
        ],
    },
    Group {
        title: "A cache that gets lost",
        about: "What was stored is deleted, or never found again.",
        checks: &[
            foreign_files_in_cache::CHECK,
            cache_exceeds_max::CHECK,
            config_missing::CHECK,
            config_relative::CHECK,
            env_overrides_file::CHECK,
            cache_size_unparsed::CHECK,
            cache_size_tiny::CHECK,
            dir_literal::CHECK,
            cache_size::CHECK,
            server_settings_differ::CHECK,
            shared_cache_dir::CHECK,
            cache_dir_vanished::CHECK,
            cache_on_volatile_fs::CHECK,
            cache_on_network_fs::CHECK,
            cache_in_worktree::CHECK,
            disk_too_small::CHECK,
            idle_timeout::CHECK,
        ],
    },
    Group {
        title: "Fewer hits",
        about: "Something is compiled although it could have been found.",
        checks: &[
            wrapper_missing::CHECK,
            wrapper_elsewhere::CHECK,
            rust_analyzer_wrapper::CHECK,
            wrapper_name_hides_cc::CHECK,
            wrapper_shadowed::CHECK,
            tracing_unavailable::CHECK,
            sccache_untried::CHECK,
            cache_of_strangers::CHECK,
            incremental_on::CHECK,
            incremental_spelling::CHECK,
            cargo_env_in_key::CHECK,
            cargo_target_dir_env::CHECK,
            cargo_home_per_project::CHECK,
            rustflags_joined::CHECK,
            rustflags_path::CHECK,
            recache_set::CHECK,
            no_cache_set::CHECK,
            readonly_mode::CHECK,
            preprocessor_table_partial::CHECK,
            client_side_frame::CHECK,
            client_side_ignored::CHECK,
            remote_not_compiled_in::CHECK,
            deps_vendored_in_tree::CHECK,
            server_exe_deleted::CHECK,
            mixed_versions::CHECK,
            secrets::CHECK,
            rustc_toolchain_differs::CHECK,
            cmake_not_wrapped::CHECK,
            basedirs_missing_worktree::CHECK,
            cargo_home_differs_remote::CHECK,
        ],
    },
    Group {
        title: "What the server counted",
        about: "By the numbers of the running server, once there are enough of them.",
        checks: &[stats_errors::CHECK, stats_reasons::CHECK, clippy_uncached::CHECK],
    },
];

/// Every check, in the order of [`GROUPS`].
pub fn all() -> impl Iterator<Item = &'static Check> {
    GROUPS.iter().flat_map(|group| group.checks)
}

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
            places: Vec::new(),
            detail: Vec::new(),
            fix,
        }
    }
}

/// Runs all checks but those in `ignored` for each workspace; the worst findings first, else in the order of [`GROUPS`].
pub fn run(projects: &[Facts], ignored: &[String]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for check in all().filter(|check| !ignored.iter().any(|id| id == check.id)) {
        for facts in projects {
            let found = (check.run)(facts).into_iter();
            for finding in found.map(|finding| lines::shown(facts, given::placed(facts, finding))) {
                // What is not of one workspace is found in each.
                if !findings.contains(&finding) {
                    findings.push(finding);
                }
            }
        }
    }
    findings.sort_by_key(|finding| finding.severity);
    findings
}

/// The check of that id.
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}

/// The id that somebody most likely meant.
pub fn nearest(id: &str) -> Option<&'static str> {
    /// Less is another word.
    const ALIKE: f32 = 0.6;
    let likeness = |check: &Check| similar::TextDiff::from_chars(check.id, id).ratio();
    let best = all()
        .map(|check| (check.id, likeness(check)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    best.filter(|(_, likeness)| *likeness >= ALIKE).map(|(id, _)| id)
}

#[cfg(test)]
mod tests;
