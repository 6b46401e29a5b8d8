//! The cache is smaller than the flake wants.

use super::{Check, stop_server};
use crate::facts::Facts;
use crate::facts::config_file::Content;
use crate::finding::{Finding, Fix, Severity};
use crate::size::Size;

pub(super) const CHECK: Check = Check {
    id: "cache-size",
    severity: Severity::Warning,
    explanation: include_str!("cache_size.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(wanted) = facts.wanted_size else {
        return Vec::new();
    };
    let too_small = |size: &Size| *size < wanted && facts.limit_matters(*size);
    let next = facts.planned().and_then(|planned| planned.max_size()).filter(too_small);
    let running = facts.running().and_then(|running| running.max_size()).filter(too_small);
    let next = next.map(|size| next_server(facts, wanted, size));
    let running = running.map(|size| {
        CHECK.finding(
            format!("the flake wants a cache of {wanted}, the running sccache server has {size} until it is restarted"),
            stop_server(),
        )
    });
    next.into_iter().chain(running).collect()
}

fn next_server(facts: &Facts, wanted: Size, size: Size) -> Finding {
    CHECK.finding(
        format!(
            "the flake wants a cache of {wanted}, {} gives the next sccache server {size}",
            whose(facts)
        ),
        fix(facts, wanted),
    )
}

const VARIABLE: &str = "SCCACHE_CACHE_SIZE";

/// Who says how large the next server's cache is.
pub(super) fn whose(facts: &Facts) -> String {
    let file = facts.config.as_ref().and_then(|config| config.toml());
    let overriding = overriding(facts);
    match file.and_then(|file| Some((file, file.get(&["cache", "disk", "size"])?))) {
        _ if overriding == Some(VARIABLE) => VARIABLE.to_owned(),
        _ if overriding.is_some() => format!("{}, which brings sccache's default,", overriding.unwrap_or_default()),
        Some((file, size)) => format!("{}:{}", file.path.display(), size.line),
        None => "sccache's default".to_owned(),
    }
}

/// The variable in the environment that decides instead of the file.
fn overriding(facts: &Facts) -> Option<&'static str> {
    let set = facts.disk_table_from_env();
    let decides = set.iter().find(|name| **name == VARIABLE);
    decides.or(set.first()).copied()
}

/// How the next server gets a cache of that size.
pub(super) fn fix(facts: &Facts, wanted: Size) -> Fix {
    if let Some(name) = overriding(facts) {
        return Fix::Run(format!("unset {name}"));
    }
    match facts.config.as_ref().map(|config| &config.content) {
        Some(Content::Missing | Content::Toml(_)) => {
            Fix::Run(format!("sccache-shell init --size {}", wanted.to_sccache()))
        }
        _ => Fix::Do(format!(
            "set [cache.disk] size to {} in sccache's config",
            wanted.to_sccache()
        )),
    }
}
