//! A compile goes past our wrapper.

use std::path::Path;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::launchers::{End, Route};
use crate::finding::{Finding, Fix, Severity, quote};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "wrapper-shadowed",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("wrapper_shadowed.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let first = facts.cargo.launchers.before_ours.as_deref();
    let first = first.zip(facts.cargo.launchers.ours.as_deref());
    let routes = facts.cargo.launchers.all.iter().filter_map(|route| past(facts, route));
    first
        .map(|(first, ours)| on_path(first, ours))
        .into_iter()
        .chain(routes)
        .collect()
}

fn on_path(first: &Path, ours: &Path) -> Finding {
    let dir = ours.parent().unwrap_or(ours);
    CHECK.finding(
        format!(
            "the first sccache on PATH is {}, so what calls `sccache` goes past our wrapper",
            first.display()
        ),
        Fix::Run(format!("export PATH={}:\"$PATH\"", quote(&dir.to_string_lossy()))),
    )
}

fn past(facts: &Facts, route: &Route) -> Option<Finding> {
    let is_word = route.program.components().count() == 1;
    let is_frozen = matches!(route.origin, Origin::File(..));
    let has_ours = facts.cargo.launchers.ours.is_some();
    let program = route.program.display();
    let (severity, what) = match &route.end {
        // The word is what PATH makes of it, and that is a finding of its own; without ours nothing goes past it.
        End::Plain(_) if has_ours && !is_word => (Severity::Warning, format!("is {program}, past our wrapper")),
        End::OursOfBefore if is_frozen => (
            Severity::Warning,
            format!("is {program}, the wrapper of another version of this shell"),
        ),
        // Cargo's own is told by wrapper-missing.
        End::Nothing if route.setting != "RUSTC_WRAPPER" => (
            Severity::Error,
            format!("is {program}, which is not there: every compile with it fails"),
        ),
        _ => return None,
    };
    let setting = &route.setting;
    let whose = match &route.origin {
        Origin::File(file, line) => format!("{setting} in {}:{line}", file.display()),
        Origin::Env(_) | Origin::Default => setting.clone(),
    };
    let finding = CHECK.finding(format!("{whose} {what}"), fix(facts, route));
    Some(finding.at(severity).at_places([route.origin.clone()]))
}

fn fix(facts: &Facts, route: &Route) -> Fix {
    let setting = &route.setting;
    match &route.origin {
        Origin::File(file, _) if setting != "RUSTC_WRAPPER" => {
            let dir = file.parent().unwrap_or(file).to_string_lossy();
            Fix::Run(format!("cmake -D {setting}=sccache {}", quote(&dir)))
        }
        Origin::Env(name) if matches!(name.as_ref(), "CC" | "CXX") => {
            let value = facts.shell.env.text(name).unwrap_or_default();
            let compiler = value.split_ascii_whitespace().skip(1);
            let command: Vec<&str> = std::iter::once("sccache").chain(compiler).collect();
            Fix::Run(format!("export {name}={}", quote(&command.join(" "))))
        }
        _ => Fix::Run(format!("export {setting}=sccache")),
    }
}
