//! A static library that is not in the key.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "static-lib-modifiers-unhashed",
    severity: Severity::Warning,
    effect: Effect::WrongResults,
    explanation: include_str!("static_lib_modifiers_unhashed.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let libraries = facts.cargo.built.as_ref().map(|built| &built.units.modified_libraries);
    let Some((libraries, first)) = libraries.and_then(|libraries| Some((libraries, libraries.first()?))) else {
        return Vec::new();
    };
    if !facts.caches_rust_plainly() {
        return Vec::new();
    }
    vec![
        CHECK
            .finding(
                format!(
                    "{} links `{}`: sccache leaves a static library with modifiers out of the key, and returns the crate with the old one",
                    first.package, first.directive
                ),
                Fix::Do(format!("write `static=` without modifiers in its build script, or build {} with SCCACHE_RECACHE=1 after a change", first.package)),
            )
            .with_detail(libraries.iter().map(|library| format!("{}: {}", library.package, library.directive))),
    ]
}
