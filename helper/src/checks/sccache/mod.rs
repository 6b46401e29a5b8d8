//! The sccache program.

use crate::facts::Facts;
use crate::finding::{Fix, Problem};
use crate::form::versions;
use crate::observe;
use crate::version::Version;

checks! {
    sccache_missing: Error, BrokenBuilds;
    sccache_broken: Error, BrokenBuilds;
    sccache_untried: Info, FewerHits;
    tracing_unavailable: Info, FewerHits;
    mixed_versions: Info, FewerHits;
}

fn sccache_missing(facts: &Facts) -> Option<Problem> {
    facts.sccache.program.is_none().then(|| {
        let fix = "enter the dev shell whose flake imports sccache-shell, or install sccache";
        Problem::new(
            "no sccache beside our wrapper or on PATH: nothing is cached",
            Fix::Do(fix.into()),
        )
    })
}

fn sccache_broken(facts: &Facts) -> Option<Problem> {
    let program = facts.sccache.program.as_ref()?.display();
    let no_answer = facts.sccache.planned.as_ref()?.as_ref().err()?;
    // A setting that sccache itself blames has its own check.
    no_answer.blame().is_none().then(|| {
        let fix = Fix::Do(format!("read its message: {program} --show-stats"));
        Problem::new(format!("{program} does not work: {no_answer}"), fix)
    })
}

fn sccache_untried(facts: &Facts) -> Option<Problem> {
    let version = facts.sccache_version()?;
    (facts.wrapper_is_ours() && !versions::is_tried(version)).then(|| {
        let tried = versions::tried_text();
        Problem::new(
            format!(
                "the wrapper was not tested with sccache {version}, and leaves every Rust compile to plain sccache"
            ),
            Fix::Do(format!("use sccache {tried} (`sccache-shell.package` in the flake)")),
        )
    })
}

fn tracing_unavailable(facts: &Facts) -> Option<Problem> {
    let has_sccache = facts.sccache.planned().is_some() || facts.server.running().is_some();
    let is_possible = !cfg!(target_os = "linux") || !facts.wrapper_is_ours() || !has_sccache || observe::is_possible();
    (!is_possible).then(|| {
        Problem::new(
            "the kernel does not let the wrapper observe compiles: programs, tests, build scripts and proc macros are not shared, and members only within this worktree",
            Fix::Do("allow seccomp(2) in the container, set kernel.yama.ptrace_scope to 1, or accept that less is shared".into()),
        )
    })
}

/// The versions that changed the keys of a language (`CACHE_VERSION` in sccache's `src/compiler/rust.rs` and `c.rs`).
const RUST_KEYS: [Version; 1] = [Version(0, 19, 0)];
const C_KEYS: [Version; 2] = [Version(0, 14, 0), Version(0, 18, 0)];

fn mixed_versions(facts: &Facts) -> Option<Problem> {
    let ours = facts.sccache.planned()?.version()?;
    let server = facts.server.running()?.version()?;
    let differ = |keys: &[Version]| generation(keys, ours) != generation(keys, server);
    let languages = match (differ(&RUST_KEYS), differ(&C_KEYS)) {
        (false, false) => return None,
        (true, false) => "Rust",
        (false, true) => "C and C++",
        (true, true) => "Rust, C and C++",
    };
    Some(Problem::new(
        format!(
            "sccache {ours} and the running server's {server} have different keys for {languages}: neither finds what the other stored"
        ),
        Fix::Do("use one sccache for all projects (`sccache-shell.package` in the flake)".into()),
    ))
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
