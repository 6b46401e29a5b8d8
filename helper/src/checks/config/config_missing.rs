//! No config file, so sccache's defaults count.

use std::ffi::OsStr;
use std::path::Path;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::config_file::{ConfigFile, Content};
use crate::finding::{Finding, Fix, Severity, quote};
use crate::size::SCCACHE_DEFAULT;

pub(in crate::checks) const CHECK: Check = Check {
    id: "config-missing",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("config_missing.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(config) = &facts.sccache.config else {
        return vec![CHECK.finding(
            "there is no home directory, so no sccache config file".to_owned(),
            Fix::Do("set HOME to a directory".to_owned()),
        )];
    };
    let Some(state) = state(&config.content) else {
        return Vec::new();
    };
    // A cache elsewhere (Redis, S3) or one whose place and size the environment names needs no file.
    let is_remote = facts
        .sccache
        .planned()
        .is_some_and(|planned| planned.cache_dir().is_none());
    let is_overridden = ["SCCACHE_DIR", "SCCACHE_CACHE_SIZE"]
        .iter()
        .all(|name| facts.shell.env.get(name).is_some());
    if is_remote || is_overridden || !facts.limit_matters(SCCACHE_DEFAULT) {
        return Vec::new();
    }
    let beside = config.beside.as_ref().map_or_else(String::new, |beside| {
        format!(", and {}, which lies beside it, is not read", beside.display())
    });
    vec![CHECK.finding(
        format!(
            "{} {state}{beside}: the cache falls back to {SCCACHE_DEFAULT} whichever shell starts the server",
            place(config)
        ),
        fix(facts, config),
    )]
}

/// What is wrong with the file, where sccache goes on without it.
fn state(content: &Content) -> Option<&str> {
    match content {
        Content::Missing => Some("does not exist"),
        Content::Unreadable(why) => Some(why),
        Content::Endless(_) | Content::TooLong(_) | Content::OtherFormat | Content::Toml(_) => None,
    }
}

fn place(config: &ConfigFile) -> String {
    let from = if config.named_by_env { " (SCCACHE_CONF)" } else { "" };
    format!("{}{from}", config.path.display())
}

fn fix(facts: &Facts, config: &ConfigFile) -> Fix {
    if let Some(beside) = &config.beside {
        return as_it_lies_there(beside, &config.path);
    }
    match config.content {
        Content::Missing => {
            let size = facts
                .shell
                .wanted_size
                .map_or_else(|| "24G".to_owned(), |size| size.to_sccache());
            Fix::Run(format!("sccache-shell init --size {size}"))
        }
        _ => Fix::Do(format!("put a readable file at {}", config.path.display())),
    }
}

/// By its name sccache tells the format: JSON has to be called so.
fn as_it_lies_there(beside: &Path, path: &Path) -> Fix {
    let quoted = |path: &Path| quote(&path.to_string_lossy());
    match beside.extension().and_then(OsStr::to_str) {
        Some("toml") => Fix::Run(format!("mv {} {}", quoted(beside), quoted(path))),
        Some("json") => Fix::Run(format!("export SCCACHE_CONF={}", quoted(beside))),
        _ => Fix::Do(format!(
            "write what {} says into {}, as TOML",
            beside.display(),
            path.display()
        )),
    }
}
