//! What cargo's rustc wrapper is: one judgement, with a check for each outcome.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::checks::fixes::export;
use crate::facts::Facts;
use crate::finding::{Fix, Problem};
use crate::origin::Setting;
use crate::real_sccache::NAME as SCCACHE;

pub(super) fn wrapper_not_found(facts: &Facts) -> Option<Problem> {
    found(facts, Outcome::NotFound)
}

pub(super) fn wrapper_renamed(facts: &Facts) -> Option<Problem> {
    found(facts, Outcome::Renamed)
}

pub(super) fn wrapper_missing(facts: &Facts) -> Option<Problem> {
    found(facts, Outcome::Missing)
}

pub(super) fn wrapper_elsewhere(facts: &Facts) -> Option<Problem> {
    found(facts, Outcome::Elsewhere)
}

pub(super) fn rust_analyzer_wrapper(facts: &Facts) -> Option<Problem> {
    found(facts, Outcome::RustAnalyzer)
}

pub(super) fn wrapper_name_hides_cc(facts: &Facts) -> Option<Problem> {
    found(facts, Outcome::NameHidesCc)
}

/// What is wrong with the wrapper.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Missing,
    NotFound,
    RustAnalyzer,
    Renamed,
    Elsewhere,
    NameHidesCc,
}

/// The problem, if the wrapper has this one.
fn found(facts: &Facts, outcome: Outcome) -> Option<Problem> {
    let Some(wrapper) = &facts.cargo.settings.wrapper else {
        let what = "cargo has no rustc wrapper: no Rust crate is cached";
        return (outcome == Outcome::Missing).then(|| Problem::new(what, fix(facts, outcome)));
    };
    (judge(facts, wrapper) == Some(outcome)).then(|| {
        let problem = Problem::new(what(wrapper, outcome), fix(facts, outcome));
        problem.at_places([wrapper.origin.clone()])
    })
}

fn what(wrapper: &Setting<PathBuf>, outcome: Outcome) -> String {
    let origin = &wrapper.origin;
    let named = format!("`{}` from {origin}", wrapper.value.display());
    match outcome {
        Outcome::Missing => format!("{origin} is empty, so cargo uses no wrapper: no Rust crate is cached"),
        Outcome::NotFound => format!("the rustc wrapper {named} cannot be started: every build fails"),
        Outcome::RustAnalyzer => {
            "rust-analyzer has set RUSTC_WRAPPER to itself for this process: what it builds here bypasses sccache"
                .to_owned()
        }
        Outcome::Renamed => format!(
            "the rustc wrapper {named} is sccache by another name: it takes itself for a compiler of that name, and every build hangs"
        ),
        Outcome::Elsewhere => {
            format!("the rustc wrapper is {named}, not sccache: it is left as it is, and sccache caches no Rust crate")
        }
        Outcome::NameHidesCc => format!(
            "the rustc wrapper {named} calls sccache, but has a different name: C code of build scripts is not cached"
        ),
    }
}

fn fix(facts: &Facts, outcome: Outcome) -> Fix {
    match outcome {
        // If there is no sccache at all, only an empty wrapper works.
        Outcome::NotFound if facts.find_program(SCCACHE.as_ref()).is_none() => export("RUSTC_WRAPPER", ""),
        Outcome::RustAnalyzer => Fix::Do(
            "nothing is wrong with this shell; with `\"rust-analyzer.cargo.buildScripts.useRustcWrapper\": false` in the editor's settings rust-analyzer keeps the wrapper"
                .into(),
        ),
        _ => export("RUSTC_WRAPPER", SCCACHE),
    }
}

/// `None` if the wrapper is sccache, or a script that calls it.
fn judge(facts: &Facts, wrapper: &Setting<PathBuf>) -> Option<Outcome> {
    /// rust-analyzer sets this variable together with RUSTC_WRAPPER (`wrap_rustc_in_build_scripts` in its
    /// `crates/project-model/src/build_dependencies.rs`).
    const RUST_ANALYZER: &str = "RA_RUSTC_WRAPPER";
    /// The cc crate uses a rustc wrapper with one of these file stems for C compilers too (cc 1.4, `src/lib.rs`).
    const KNOWN_TO_CC: [&str; 4] = [SCCACHE, "cachepot", "buildcache", "kache"];
    let stem = wrapper.value.file_stem();
    let is = |name: &str| stem == Some(OsStr::new(name));
    let path = facts.cargo.wrapper_path.as_ref();
    let is_sccache = || path.is_some_and(|path| path.file_stem() == Some(OsStr::new(SCCACHE)));
    if wrapper.value.as_os_str().is_empty() {
        Some(Outcome::Missing)
    } else if facts.find_program(&wrapper.value).is_none() {
        Some(Outcome::NotFound)
    } else if is(SCCACHE) {
        None
    } else if wrapper.origin.is_env() && is("rust-analyzer") && facts.shell.own.get(RUST_ANALYZER).is_some() {
        Some(Outcome::RustAnalyzer)
    } else if is_sccache() {
        Some(Outcome::Renamed)
    } else if !facts.cargo.wrapper_calls_sccache {
        Some(Outcome::Elsewhere)
    } else if !KNOWN_TO_CC.into_iter().any(is) {
        Some(Outcome::NameHidesCc)
    } else {
        None
    }
}
