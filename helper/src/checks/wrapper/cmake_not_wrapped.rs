//! C code that is built by CMake past sccache.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cmake-not-wrapped",
    severity: Severity::Info,
    effect: Effect::FewerHits,
    explanation: include_str!("cmake_not_wrapped.md"),
    run,
};

const LAUNCHERS: [&str; 2] = ["CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER"];

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(built) = &facts.cargo.built else {
        return Vec::new();
    };
    let who = if built.lock.has("cmake") {
        "a dependency that builds with CMake"
    } else if built.has_cmake_lists {
        "this project's CMake build"
    } else {
        return Vec::new();
    };
    let unset: Vec<&str> = LAUNCHERS
        .into_iter()
        .filter(|name| facts.shell.env.path(name).is_none())
        .collect();
    if unset.is_empty() || facts.sccache.program.is_none() {
        return Vec::new();
    }
    let exports: Vec<String> = unset.iter().map(|name| format!("{name}=sccache")).collect();
    vec![CHECK.finding(
        format!(
            "the C and C++ code of {who} is not cached: {} unset",
            unset.join(" and ")
        ),
        Fix::Run(format!("export {}", exports.join(" "))),
    )]
}
