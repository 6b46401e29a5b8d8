//! What starts sccache: cargo's wrappers, and the launchers of CMake and make.

mod program;

use std::ffi::OsStr;
use std::path::Path;

use super::fixes::{export, unset_or};
use crate::facts::Facts;
use crate::facts::launchers::{CMAKE_LAUNCHERS, End, Route};
use crate::finding::{Fix, Problem, Severity, quote, quote_path};
use crate::origin::Origin;
use crate::real_sccache::NAME as SCCACHE;
use program::{
    rust_analyzer_wrapper, wrapper_elsewhere, wrapper_missing, wrapper_name_hides_cc, wrapper_not_found,
    wrapper_renamed,
};

checks! {
    wrapper_not_found: Error, BrokenBuilds;
    wrapper_renamed: Error, BrokenBuilds;
    workspace_wrapper: Error, BrokenBuilds;
    wrapper_missing: Warning, FewerHits;
    wrapper_elsewhere: Warning, FewerHits;
    rust_analyzer_wrapper: Info, FewerHits;
    wrapper_name_hides_cc: Warning, FewerHits;
    wrapper_shadowed: Warning, FewerHits;
    cmake_not_wrapped: Info, FewerHits;
    cargo_cached_wrapper_failure: Error, BrokenBuilds;
}

fn workspace_wrapper(facts: &Facts) -> Option<Problem> {
    let wrapper = facts.cargo.settings.workspace_wrapper.as_ref()?;
    let known = ["rustc", "clippy-driver"].map(OsStr::new);
    // An empty one switches it off.
    let stem = wrapper.value.file_stem()?;
    let why = if facts.find_program(&wrapper.value).is_none() {
        "cannot be started"
    } else if !known.contains(&stem) && facts.caches_rust_plainly() {
        "is not a compiler that sccache knows"
    } else {
        return None;
    };
    let origin = &wrapper.origin;
    let what = format!(
        "the workspace wrapper `{}` from {origin} {why}: no workspace member can be built",
        wrapper.value.display()
    );
    let fix = unset_or(origin, format!("remove the line {origin}"));
    Some(Problem::new(what, fix).at_places([origin.clone()]))
}

fn cargo_cached_wrapper_failure(facts: &Facts) -> Option<Problem> {
    let target = facts.cargo.target.as_ref()?;
    let message = target.remembered_failure.as_ref()?;
    let what =
        format!("cargo has cached an old failure of sccache and repeats it, although it may be fixed: {message}");
    Some(Problem::new(
        what,
        Fix::Run(format!("rm {}", quote_path(&target.rustc_info))),
    ))
}

fn cmake_not_wrapped(facts: &Facts) -> Option<Problem> {
    let built = facts.cargo.built.as_ref()?;
    let whose = if built.lock.has("cmake") {
        "a dependency that builds with CMake"
    } else if built.has_cmake_lists {
        "this project's CMake build"
    } else {
        return None;
    };
    let mut unset = CMAKE_LAUNCHERS.to_vec();
    unset.retain(|name| facts.shell.env.path(name).is_none());
    if unset.is_empty() || facts.sccache.program.is_none() {
        return None;
    }
    let what = format!(
        "the C and C++ code of {whose} is not cached: {} unset",
        unset.join(" and ")
    );
    let exports: Vec<String> = unset.iter().map(|name| format!("{name}={SCCACHE}")).collect();
    Some(Problem::new(what, Fix::Run(format!("export {}", exports.join(" ")))))
}

fn wrapper_shadowed(facts: &Facts) -> Vec<Problem> {
    let launchers = &facts.cargo.launchers;
    let first = launchers.before_ours.as_deref().zip(launchers.ours.as_deref());
    let on_path = first.map(|(first, ours)| shadowed_on_path(first, ours));
    let routes = launchers.all.iter().filter_map(|route| past_our_wrapper(facts, route));
    on_path.into_iter().chain(routes).collect()
}

fn shadowed_on_path(first: &Path, ours: &Path) -> Problem {
    let dir = quote_path(ours.parent().unwrap_or(ours));
    let first = first.display();
    Problem::new(
        format!("the first sccache on PATH is {first}, so programs that call `sccache` bypass our wrapper"),
        export("PATH", format!("{dir}:\"$PATH\"")),
    )
}

fn past_our_wrapper(facts: &Facts, route: &Route) -> Option<Problem> {
    let is_word = route.program.components().count() == 1;
    let is_in_file = matches!(route.origin, Origin::File(..));
    let has_ours = facts.cargo.launchers.ours.is_some();
    let program = route.program.display();
    let (severity, what) = match &route.end {
        // What the bare word means is found by PATH. Without our wrapper nothing can bypass it.
        End::Plain(_) if has_ours && !is_word => (Severity::Warning, format!("is {program}, past our wrapper")),
        End::OursOfBefore if is_in_file => (
            Severity::Warning,
            format!("is {program}, the wrapper of another version of this shell"),
        ),
        // For cargo's wrapper this is `wrapper-not-found`.
        End::Nothing if route.setting != "RUSTC_WRAPPER" => (
            Severity::Error,
            format!("is {program}, which is not there: every compile with it fails"),
        ),
        _ => return None,
    };
    let setting = &route.setting;
    let name = if is_in_file {
        format!("{setting} in {}", route.origin)
    } else {
        setting.clone()
    };
    let problem = Problem::new(format!("{name} {what}"), through_our_wrapper(facts, route));
    Some(problem.at(severity).at_places([route.origin.clone()]))
}

fn through_our_wrapper(facts: &Facts, route: &Route) -> Fix {
    let setting = &route.setting;
    match &route.origin {
        Origin::File(file, _) if setting != "RUSTC_WRAPPER" => {
            let dir = quote_path(file.parent().unwrap_or(file));
            Fix::Run(format!("cmake -D {setting}={SCCACHE} {dir}"))
        }
        Origin::Env(name) if matches!(name.as_ref(), "CC" | "CXX") => {
            let value = facts.shell.env.text(name).unwrap_or_default();
            let compiler = value.split_ascii_whitespace().skip(1);
            let command: Vec<&str> = std::iter::once(SCCACHE).chain(compiler).collect();
            export(name, quote(&command.join(" ")))
        }
        _ => export(setting, SCCACHE),
    }
}
