//! Client-side mode is asked for and not given.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "client-side-ignored",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("client_side_ignored.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(origin), Some(why)) = (is_asked_for(facts), why(facts)) else {
        return Vec::new();
    };
    let fix = if why == LOG {
        Fix::Run(format!("unset {LOG}"))
    } else {
        Fix::Do("use one of them".to_owned())
    };
    let finding = CHECK.finding(
        format!("client-side mode is asked for by {origin}, and {why} switches it off without a word"),
        fix,
    );
    vec![finding.at_places([origin])]
}

const LOG: &str = "SCCACHE_LOG";

/// Who asks for client-side mode: the variable before the file.
pub(in crate::checks) fn is_asked_for(facts: &Facts) -> Option<Origin> {
    const VARIABLE: &str = "SCCACHE_CLIENT_SIDE";
    match facts.shell.env.text(VARIABLE).filter(|text| !text.is_empty()) {
        Some(value) => {
            matches!(value.to_lowercase().as_str(), "true" | "on" | "1").then(|| Origin::Env(VARIABLE.into()))
        }
        None => {
            let file = facts.sccache.config.as_ref()?.toml()?;
            let found = file.get(&["client_side_mode"])?;
            (found.item.as_bool() == Some(true)).then(|| file.origin(found))
        }
    }
}

/// What sccache gives as no reason (`from_env_and_file_configs` in its `src/config.rs`).
pub(in crate::checks) fn why(facts: &Facts) -> Option<&'static str> {
    let file = facts.sccache.config.as_ref().and_then(|config| config.toml());
    if facts.shell.env.get(LOG).is_some() {
        Some(LOG)
    } else if file.and_then(|file| file.get(&["dist", "scheduler_url"])).is_some() {
        Some("[dist] scheduler_url")
    } else {
        None
    }
}
