//! An old server that holds a build tool's files open.

use std::path::{Path, PathBuf};

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::process::Process;
use crate::finding::{Finding, Severity};
use crate::version::Version;

pub(in crate::checks) const CHECK: Check = Check {
    id: "fd-inherit-hang",
    severity: Severity::Warning,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("fd_inherit_hang.md"),
    run,
};

/// The first version whose server closes what it inherits (`close_inherited_fds` in sccache's `src/util.rs`).
const MENDED: Version = Version(0, 18, 0);

fn run(facts: &Facts) -> Vec<Finding> {
    let version = facts
        .server
        .running()
        .and_then(|running| running.version())
        .or(facts.server.silent_version);
    let (Some(version), Some(server)) = (version.filter(|version| *version < MENDED), facts.server.process()) else {
        return Vec::new();
    };
    let cache = facts.server.running().and_then(|running| running.cache_dir());
    let held = inherited(server, cache.as_deref());
    if held.is_empty() {
        return Vec::new();
    }
    let names: Vec<String> = held.iter().map(|file| file.display().to_string()).collect();
    vec![
        CHECK
            .finding(
                format!(
                    "the sccache server (pid {}, version {version}) holds {} open, inherited from the build that started it: what waits for that hangs until the server ends",
                    server.pid,
                    names.first().map_or("", String::as_str)
                ),
                stop_server(),
            )
            .with_detail(names),
    ]
}

/// Files outside of the server's own cache and log. Pipes are left out: whether anybody waits for one cannot be told.
fn inherited<'a>(server: &'a Process, cache: Option<&Path>) -> Vec<&'a PathBuf> {
    let log = server.env.as_ref().and_then(|env| env.path("SCCACHE_ERROR_LOG"));
    let is_own = |file: &Path| {
        let is_special = ["/dev/", "/proc/", "/sys/"].iter().any(|dir| file.starts_with(dir));
        is_special || cache.is_some_and(|cache| file.starts_with(cache)) || Some(file) == log
    };
    let files = server.files.iter();
    files.filter(|file| file.is_absolute() && !is_own(file)).collect()
}
