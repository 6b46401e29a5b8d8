//! Client and server whose keys differ.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::version::Version;

pub(in crate::checks) const CHECK: Check = Check {
    id: "mixed-versions",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("mixed_versions.md"),
    run,
};

/// From which version on the keys of a language are others (`CACHE_VERSION` in sccache's `src/compiler/rust.rs` and
/// `c.rs`).
const RUST_KEYS: [Version; 1] = [Version(0, 19, 0)];
const C_KEYS: [Version; 2] = [Version(0, 14, 0), Version(0, 18, 0)];

fn run(facts: &Facts) -> Vec<Finding> {
    let version = |answer: Option<&crate::facts::answer::Answer>| answer?.version();
    let (Some(ours), Some(server)) = (version(facts.sccache.planned()), version(facts.server.running())) else {
        return Vec::new();
    };
    let differ = |keys: &[Version]| generation(keys, ours) != generation(keys, server);
    let languages = match (differ(&RUST_KEYS), differ(&C_KEYS)) {
        (false, false) => return Vec::new(),
        (true, false) => "Rust",
        (false, true) => "C and C++",
        (true, true) => "Rust, C and C++",
    };
    vec![CHECK.finding(
        format!("sccache {ours} and the running server's {server} have other keys for {languages}: neither finds what the other stored"),
        Fix::Do("use one sccache for all projects (`sccache-shell.package` in the flake)".to_owned()),
    )]
}

fn generation(keys: &[Version], version: Version) -> usize {
    keys.iter().filter(|first| version >= **first).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations() {
        let rust = |version| generation(&RUST_KEYS, version);
        assert_eq!(rust(Version(0, 17, 0)), rust(Version(0, 18, 2)));
        assert_ne!(rust(Version(0, 18, 2)), rust(Version(0, 19, 0)));
        let c = |version| generation(&C_KEYS, version);
        assert_eq!(c(Version(0, 14, 0)), c(Version(0, 17, 0)));
        assert_ne!(c(Version(0, 17, 0)), c(Version(0, 18, 0)));
        assert_eq!(c(Version(0, 18, 0)), c(Version(0, 19, 0)));
    }
}
