//! A cache that does not last.

use std::path::Path;

use crate::checks::origins;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::cache_dir::{CacheDir, Kind};
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-on-volatile-fs",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("cache_on_volatile_fs.md"),
    run,
};

/// Emptied when the machine starts, on most systems.
const TEMPORARY: [&str; 4] = ["/tmp", "/private/tmp", "/run", "/dev/shm"];

fn run(facts: &Facts) -> Vec<Finding> {
    // On a CI machine nothing lasts but what the service keeps, wherever that is.
    let lasting = facts.sccache.cache_dir.as_ref().filter(|_| !facts.shell.env.is_ci());
    let Some((dir, why)) = lasting.and_then(|dir| Some((dir, why(dir, facts)?))) else {
        return Vec::new();
    };
    let origin = origins::cache_dir(facts);
    let finding = CHECK.finding(
        format!(
            "sccache's cache {} ({}) {why}: it starts empty again and again",
            dir.path.display(),
            origins::shown(&origin)
        ),
        Fix::Do(format!(
            "remove the directory from {}: sccache's default lasts",
            if facts.disk_table_from_env().contains(&"SCCACHE_DIR") {
                "SCCACHE_DIR".to_owned()
            } else {
                facts
                    .sccache
                    .config_path()
                    .unwrap_or_else(|| "the config file".to_owned())
            }
        )),
    );
    vec![finding.at_places([origin])]
}

/// Where the home does not last either (a container, a live system), neither does anything else.
fn why(dir: &CacheDir, facts: &Facts) -> Option<String> {
    let home = facts.shell.env.path("HOME").unwrap_or(Path::new("/"));
    let temporary = TEMPORARY
        .iter()
        .find(|top| dir.path.starts_with(top) && !home.starts_with(top));
    let target = facts.cargo.target.as_ref().map(|target| target.dir.value.as_path());
    let file_system = dir.file_system.as_ref()?;
    if file_system.kind == Kind::Volatile && !dir.is_with_home {
        Some(format!("is in memory ({})", file_system.name))
    } else if let Some(top) = temporary {
        Some(format!("lies below {top}, which is emptied"))
    } else if target.is_some_and(|target| dir.path.starts_with(target)) {
        Some("lies in the target directory, which `cargo clean` empties".to_owned())
    } else {
        None
    }
}
