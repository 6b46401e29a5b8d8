//! A home in the key of a cache that is shared.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cargo-home-differs-remote",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("cargo_home_differs_remote.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(remote), Some(home)) = (&facts.sccache.remote, &facts.cargo.settings.home) else {
        return Vec::new();
    };
    let is_remote = facts
        .sccache
        .planned()
        .is_some_and(|planned| planned.cache_dir().is_none());
    if !is_remote || !facts.caches_rust() {
        return Vec::new();
    }
    vec![CHECK.finding(
        format!(
            "the {} cache is shared, but {} is in every Rust key: machines where cargo's home has a different path find nothing",
            remote.kind,
            home.value.display()
        ),
        Fix::Do("give CARGO_HOME the same path on all machines that share the cache, CI too".to_owned()),
    )]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Environment;
    use crate::facts::Depth;
    use crate::facts::answer::Answer;
    use std::path::Path;

    /// Recorded facts: the sccache of the tests is built without remote caches.
    fn with_cache(location: &str) -> Vec<Finding> {
        let vars = [
            ("HOME", "/home/me"),
            ("RUSTC_WRAPPER", "sccache"),
            ("SCCACHE_REDIS_ENDPOINT", "redis://x"),
        ];
        let mut facts = Facts::gather(Environment::new(vars, Path::new("/")), Depth::Quick);
        facts.sccache.planned = Some(Ok(Answer {
            cache_location: Some(location.to_owned()),
            ..Answer::default()
        }));
        run(&facts)
    }

    #[test]
    fn on_recorded_facts() {
        let found = with_cache("redis, name: redis://x, prefix: /");
        assert!(
            found[0].what.contains("/home/me/.cargo is in every Rust key"),
            "{found:?}"
        );
        assert_eq!(with_cache("Local disk: \"/home/me/.cache/sccache\""), Vec::new());
    }
}
