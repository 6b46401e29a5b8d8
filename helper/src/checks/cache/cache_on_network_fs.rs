//! A cache on another machine's disk.

use crate::checks::origins;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::cache_dir::Kind;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-on-network-fs",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("cache_on_network_fs.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(dir) = &facts.sccache.cache_dir else {
        return Vec::new();
    };
    let Some(file_system) = dir.file_system.as_ref().filter(|found| found.kind == Kind::Network) else {
        return Vec::new();
    };
    let origin = origins::cache_dir(facts);
    let finding = CHECK.finding(
        format!(
            "sccache's cache {} ({}) is on {}, a network file system: slow, and shared by servers that do not know of each other",
            dir.path.display(),
            origins::shown(&origin),
            file_system.name
        ),
        Fix::Do("put it on a disk of this machine: `dir` in [cache.disk]; to share it use Redis, S3 or WebDAV".to_owned()),
    );
    vec![finding.at_places([origin])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;
    use crate::facts::cache_dir::{CacheDir, FileSystem};
    use crate::size::Size;
    use std::path::Path;

    /// Recorded facts: no network file system can be had where the tests run.
    fn on(name: &str, kind: Kind) -> Vec<Finding> {
        let env = Environment::new([("PATH", "/nonexistent")], Path::new("/"));
        let mut facts = Facts::gather(env, Depth::Quick);
        facts.sccache.cache_dir = Some(CacheDir {
            path: "/home/me/.cache/sccache".into(),
            obstacle: None,
            foreign: Vec::new(),
            file_system: Some(FileSystem {
                name: name.to_owned(),
                kind,
                free: Size(1 << 40),
                total: Size(1 << 41),
            }),
            is_with_home: true,
        });
        run(&facts)
    }

    #[test]
    fn on_recorded_facts() {
        let found = on("nfs", Kind::Network);
        assert!(found[0].what.contains("is on nfs, a network file system"), "{found:?}");
        assert_eq!(on("a local file system", Kind::Local), Vec::new());
        assert_eq!(on("tmpfs", Kind::Volatile), Vec::new());
    }
}
