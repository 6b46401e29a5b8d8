//! A cache that nothing is written to.

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;

pub(in crate::checks) const CHECK: Check = Check {
    id: "readonly-mode",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("readonly_mode.md"),
    run,
};

const READ_ONLY: &str = "READ_ONLY";
const VARIABLE: &str = "SCCACHE_LOCAL_RW_MODE";

fn run(facts: &Facts) -> Vec<Finding> {
    // Somebody's wish: good to know, no more.
    if let Some(origin) = wished_by(facts) {
        let fix = if origin.is_env() {
            Fix::Run(format!("unset {VARIABLE}"))
        } else {
            Fix::Do(format!("set rw_mode to READ_WRITE in {origin}, if it is not meant"))
        };
        return vec![
            CHECK
                .finding(
                    format!("the cache is read-only by {origin}: nothing new is stored"),
                    fix,
                )
                .at(Severity::Info)
                .at_places([origin]),
        ];
    }
    let mode = facts
        .server
        .running()
        .and_then(|running| running.effective_cache_mode.as_deref());
    if mode == Some("ReadOnly") {
        return vec![CHECK.finding(
            "the running sccache server only reads its cache, and nothing here asks for that: nothing new is stored".to_owned(),
            stop_server(),
        )];
    }
    let is_default = facts
        .sccache
        .remote
        .as_ref()
        .is_some_and(|remote| remote.kind == "gcs" && remote.origin.is_env());
    if is_default && facts.shell.env.get("SCCACHE_GCS_RW_MODE").is_none() {
        return vec![CHECK.finding(
            "SCCACHE_GCS_BUCKET alone means read-only: nothing new is stored".to_owned(),
            Fix::Run("export SCCACHE_GCS_RW_MODE=READ_WRITE".to_owned()),
        )];
    }
    Vec::new()
}

fn wished_by(facts: &Facts) -> Option<Origin> {
    if facts
        .shell
        .env
        .text(VARIABLE)
        .is_some_and(|mode| mode.to_uppercase() == READ_ONLY)
    {
        return Some(Origin::Env(VARIABLE.into()));
    }
    let file = facts
        .sccache
        .config
        .as_ref()?
        .toml()
        .filter(|_| facts.disk_table_from_env().is_empty())?;
    let found = file.get(&["cache", "disk", "rw_mode"])?;
    (found.item.as_str() == Some(READ_ONLY)).then(|| file.origin(found))
}
