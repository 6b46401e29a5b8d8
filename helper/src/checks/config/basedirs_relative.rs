//! A base directory that is not absolute.

use crate::checks::fixes::edit;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Blame;
use crate::finding::{Finding, Fix, Severity, quote};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "basedirs-relative",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("basedirs_relative.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_BASEDIRS";

fn run(facts: &Facts) -> Vec<Finding> {
    if facts.sccache.blame() != Some(Blame::BaseDir) {
        return Vec::new();
    }
    vec![match facts.shell.env.text(VARIABLE) {
        Some(value) => CHECK
            .finding(
                message(VARIABLE, value.split(':').filter(|dir| !dir.is_empty())),
                from_env(&value),
            )
            .at_places([Origin::Env(VARIABLE.into())]),
        None => in_file(facts),
    }]
}

fn message<'a>(place: &str, dirs: impl Iterator<Item = &'a str>) -> String {
    let relative: Vec<&str> = dirs.filter(|dir| !dir.starts_with('/')).collect();
    format!(
        "{place} has `{}`, which is not an absolute path: every call of sccache fails",
        relative.join("`, `")
    )
}

/// `~` is only expanded where a shell sees it first.
fn from_env(value: &str) -> Fix {
    if value.split(':').any(|dir| dir == "~" || dir.starts_with("~/")) {
        let home = value.split(':').map(|dir| {
            dir.strip_prefix('~')
                .map_or(quote(dir), |rest| format!("\"$HOME\"{}", quote_rest(rest)))
        });
        Fix::Run(format!("export {VARIABLE}={}", home.collect::<Vec<_>>().join(":")))
    } else {
        Fix::Run(format!("unset {VARIABLE}"))
    }
}

fn quote_rest(rest: &str) -> String {
    if rest.is_empty() { String::new() } else { quote(rest) }
}

fn in_file(facts: &Facts) -> Finding {
    let file = facts.sccache.config.as_ref().and_then(|config| config.toml());
    let found = file.and_then(|file| Some((file, file.get(&["basedirs"])?)));
    let Some((file, found)) = found else {
        return CHECK.finding(
            message("basedirs", std::iter::empty()),
            Fix::Do("write absolute paths".to_owned()),
        );
    };
    let place = file.origin(found);
    let dirs = found
        .item
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|dir| dir.as_str());
    CHECK
        .finding(message(&place.to_string(), dirs), edit(&file.path))
        .at_places([place])
}
