//! What cargo's rustc wrapper is: one judgement, with a check for each outcome.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::checks::fixes::export;
use crate::facts::Facts;
use crate::finding::{Fix, Problem};
use crate::origin::Setting;
use crate::real_sccache::NAME as SCCACHE;

/// What is wrong with the wrapper.
#[derive(PartialEq, Eq)]
enum Outcome {
    Missing,
    NotFound,
    RustAnalyzer,
    Renamed,
    Elsewhere,
    NameHidesCc,
}

pub(super) fn wrapper_missing(facts: &Facts) -> Option<Problem> {
    let why = match &facts.cargo.settings.wrapper {
        None => "cargo has no rustc wrapper".to_owned(),
        Some(wrapper) => format!("{} is empty, so cargo uses no wrapper", wrapper.origin),
    };
    found(facts, Outcome::Missing, format!("{why}: no Rust crate is cached"))
}

pub(super) fn wrapper_not_found(facts: &Facts) -> Option<Problem> {
    let what = format!(
        "the rustc wrapper {} cannot be started: every build fails",
        named(facts)?
    );
    let problem = found(facts, Outcome::NotFound, what)?;
    // If there is no sccache at all, only an empty wrapper works.
    let has_sccache = facts.find_program(SCCACHE.as_ref()).is_some();
    let fix = export("RUSTC_WRAPPER", if has_sccache { SCCACHE } else { "" });
    Some(Problem { fix, ..problem })
}

pub(super) fn wrapper_renamed(facts: &Facts) -> Option<Problem> {
    let why = "is sccache by another name: it takes itself for a compiler of that name, and every build hangs";
    found(
        facts,
        Outcome::Renamed,
        format!("the rustc wrapper {} {why}", named(facts)?),
    )
}

pub(super) fn wrapper_elsewhere(facts: &Facts) -> Option<Problem> {
    let why = "not sccache: it is left as it is, and sccache caches no Rust crate";
    found(
        facts,
        Outcome::Elsewhere,
        format!("the rustc wrapper is {}, {why}", named(facts)?),
    )
}

pub(super) fn wrapper_name_hides_cc(facts: &Facts) -> Option<Problem> {
    let why = "calls sccache, but has a different name: C code of build scripts is not cached";
    found(
        facts,
        Outcome::NameHidesCc,
        format!("the rustc wrapper {} {why}", named(facts)?),
    )
}

pub(super) fn rust_analyzer_wrapper(facts: &Facts) -> Option<Problem> {
    let what = "rust-analyzer has set RUSTC_WRAPPER to itself for this process: what it builds here bypasses sccache";
    let problem = found(facts, Outcome::RustAnalyzer, what.into())?;
    let advice = "nothing is wrong with this shell; with `\"rust-analyzer.cargo.buildScripts.useRustcWrapper\": false` in the editor's settings rust-analyzer keeps the wrapper";
    Some(Problem {
        fix: Fix::Do(advice.into()),
        ..problem
    })
}

/// The problem, if the wrapper's outcome is this one.
fn found(facts: &Facts, outcome: Outcome, what: String) -> Option<Problem> {
    let wrapper = facts.cargo.settings.wrapper.as_ref();
    let is_it = match wrapper {
        None => outcome == Outcome::Missing,
        Some(wrapper) => judge(facts, wrapper) == Some(outcome),
    };
    let problem = is_it.then(|| Problem::new(what, export("RUSTC_WRAPPER", SCCACHE)))?;
    Some(problem.at_places(wrapper.map(|wrapper| wrapper.origin.clone())))
}

fn named(facts: &Facts) -> Option<String> {
    let wrapper = facts.cargo.settings.wrapper.as_ref()?;
    Some(format!("`{}` from {}", wrapper.value.display(), wrapper.origin))
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
