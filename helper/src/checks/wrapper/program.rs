//! What cargo's rustc wrapper is: one judgement, of which each check here is an outcome.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Setting;
use crate::real_sccache;

pub(in crate::checks) const NOT_FOUND: Check = Check {
    id: "wrapper-not-found",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("wrapper_not_found.md"),
    run: |facts| of(facts, &NOT_FOUND),
};

pub(in crate::checks) const RENAMED: Check = Check {
    id: "wrapper-renamed",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("wrapper_renamed.md"),
    run: |facts| of(facts, &RENAMED),
};

pub(in crate::checks) const MISSING: Check = Check {
    id: "wrapper-missing",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("wrapper_missing.md"),
    run: |facts| of(facts, &MISSING),
};

pub(in crate::checks) const ELSEWHERE: Check = Check {
    id: "wrapper-elsewhere",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("wrapper_elsewhere.md"),
    run: |facts| of(facts, &ELSEWHERE),
};

pub(in crate::checks) const RUST_ANALYZER: Check = Check {
    id: "rust-analyzer-wrapper",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("rust_analyzer_wrapper.md"),
    run: |facts| of(facts, &RUST_ANALYZER),
};

pub(in crate::checks) const NAME_HIDES_CC: Check = Check {
    id: "wrapper-name-hides-cc",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("wrapper_name_hides_cc.md"),
    run: |facts| of(facts, &NAME_HIDES_CC),
};

/// What rust-analyzer sets for itself, beside RUSTC_WRAPPER (its `crates/project-model/src/build_dependencies.rs`,
/// `wrap_rustc_in_build_scripts`).
const RUST_ANALYZERS_MARK: &str = "RA_RUSTC_WRAPPER";

/// By what file stem the cc crate takes a rustc wrapper for a C compiler's as well (cc 1.4, `src/lib.rs`).
const KNOWN_TO_CC: [&str; 4] = ["sccache", "cachepot", "buildcache", "kache"];

/// The finding, where it is this check's.
fn of(facts: &Facts, check: &Check) -> Vec<Finding> {
    let finding = match &facts.cargo.settings.wrapper {
        None => Some(missing("cargo has no rustc wrapper")),
        Some(wrapper) => judged(facts, wrapper),
    };
    finding.into_iter().filter(|finding| finding.id == check.id).collect()
}

/// What is wrong with the wrapper that is set; `None` where it is sccache, or calls it.
fn judged(facts: &Facts, wrapper: &Setting<PathBuf>) -> Option<Finding> {
    let stem = wrapper.value.file_stem();
    let is = |name: &str| stem == Some(OsStr::new(name));
    let path = facts.cargo.wrapper_path.as_ref();
    let is_sccache = path.is_some_and(|path| path.file_stem() == Some(real_sccache::NAME.as_ref()));
    let finding = if wrapper.value.as_os_str().is_empty() {
        missing(&format!("{} is empty, so cargo uses no wrapper", wrapper.origin))
    } else if facts.find_program(&wrapper.value).is_none() {
        not_found(facts, wrapper)
    } else if is(real_sccache::NAME) {
        return None;
    } else if wrapper.origin.is_env() && is("rust-analyzer") && facts.shell.own.get(RUST_ANALYZERS_MARK).is_some() {
        rust_analyzer()
    } else if is_sccache {
        let what = "is sccache by another name: it takes itself for a compiler of that name, and every build hangs";
        set_to_sccache(&RENAMED, format!("the rustc wrapper {} {what}", named(wrapper)))
    } else if !facts.cargo.wrapper_calls_sccache {
        let what = "not sccache: it is left as it is, and sccache caches no Rust crate";
        set_to_sccache(&ELSEWHERE, format!("the rustc wrapper is {}, {what}", named(wrapper)))
    } else if !KNOWN_TO_CC.into_iter().any(is) {
        let what = "calls sccache, but is not named so: C code of build scripts is not cached";
        set_to_sccache(&NAME_HIDES_CC, format!("the rustc wrapper {} {what}", named(wrapper)))
    } else {
        return None;
    };
    Some(finding.at_places([wrapper.origin.clone()]))
}

fn named(wrapper: &Setting<PathBuf>) -> String {
    format!("`{}` from {}", wrapper.value.display(), wrapper.origin)
}

fn missing(why: &str) -> Finding {
    set_to_sccache(&MISSING, format!("{why}: no Rust crate is cached"))
}

fn set_to_sccache(check: &Check, what: String) -> Finding {
    check.finding(what, Fix::Run("export RUSTC_WRAPPER=sccache".to_owned()))
}

fn not_found(facts: &Facts, wrapper: &Setting<PathBuf>) -> Finding {
    // Without an sccache at all, no wrapper is the one that works.
    let sccache = facts.find_program(real_sccache::NAME.as_ref());
    let fix = format!("export RUSTC_WRAPPER={}", sccache.map_or("", |_| real_sccache::NAME));
    NOT_FOUND.finding(
        format!(
            "the rustc wrapper {} cannot be started: every build fails",
            named(wrapper)
        ),
        Fix::Run(fix),
    )
}

fn rust_analyzer() -> Finding {
    RUST_ANALYZER.finding(
        "rust-analyzer has set RUSTC_WRAPPER to itself for this process: what it builds here goes past sccache".to_owned(),
        Fix::Do(
            "nothing in this shell is wrong; `\"rust-analyzer.cargo.buildScripts.useRustcWrapper\": false` in the editor's settings leaves the wrapper alone"
                .to_owned(),
        ),
    )
}
