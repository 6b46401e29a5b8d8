//! The cache is smaller than the flake wants.

use crate::checks::fixes::stop_server;
use crate::checks::origins;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::config_file::Content;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;
use crate::size::Size;

pub(in crate::checks) const CHECK: Check = Check {
    id: "cache-size",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("cache_size.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(wanted) = facts.shell.wanted_size else {
        return Vec::new();
    };
    let too_small = |size: &Size| *size < wanted && facts.limit_matters(*size);
    let next = facts
        .sccache
        .planned()
        .and_then(|planned| planned.max_size())
        .filter(too_small);
    let running = facts
        .server
        .running()
        .and_then(|running| running.max_size())
        .filter(too_small);
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
    let what = format!(
        "the flake wants a cache of {wanted}, {} gives the next sccache server {size}",
        whose(facts)
    );
    CHECK.finding(what, fix(facts, wanted)).at_places([origin(facts)])
}

const VARIABLE: &str = "SCCACHE_CACHE_SIZE";

/// Where the next server's cache size comes from; a variable may do no more than put the file's table out of use.
pub(in crate::checks) fn origin(facts: &Facts) -> Origin {
    match overriding(facts) {
        Some(name) => Origin::Env(name.into()),
        None => origins::in_file(facts, &["cache", "disk", "size"]).unwrap_or(Origin::Default),
    }
}

/// The same in words.
pub(in crate::checks) fn whose(facts: &Facts) -> String {
    match origin(facts) {
        Origin::Env(name) if name != VARIABLE => format!("{name}, which brings sccache's default,"),
        origin => origins::shown(&origin),
    }
}

/// The variable in the environment that decides instead of the file.
fn overriding(facts: &Facts) -> Option<&'static str> {
    let set = facts.disk_table_from_env();
    let decides = set.iter().find(|name| **name == VARIABLE);
    decides.or(set.first()).copied()
}

/// How the next server gets a cache of that size.
pub(in crate::checks) fn fix(facts: &Facts, wanted: Size) -> Fix {
    if let Some(name) = overriding(facts) {
        return Fix::Run(format!("unset {name}"));
    }
    match facts.sccache.config.as_ref().map(|config| &config.content) {
        Some(Content::Missing | Content::Toml(_)) => {
            Fix::Run(format!("sccache-shell init --size {}", wanted.to_sccache()))
        }
        _ => Fix::Do(format!(
            "set [cache.disk] size to {} in sccache's config",
            wanted.to_sccache()
        )),
    }
}
