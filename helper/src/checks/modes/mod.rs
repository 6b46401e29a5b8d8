//! sccache's modes.

use super::fixes::{STOP_SERVER, export, stop_server, unset, unset_or};
use crate::environment::Environment;
use crate::facts::Facts;
use crate::finding::{Fix, Problem, Severity};
use crate::origin::Origin;

checks! {
    cache_bypassed: Warning, FewerHits;
    readonly_mode: Warning, FewerHits;
    client_side_frame: Warning, FewerHits;
    client_side_ignored: Warning, FewerHits;
}

fn cache_bypassed(facts: &Facts) -> Vec<Problem> {
    /// The variables, and the effect of each.
    const VARIABLES: [(&str, &str); 2] = [
        ("SCCACHE_RECACHE", "nothing is taken from the cache"),
        ("SCCACHE_NO_CACHE", "nothing is taken from the cache or stored"),
    ];
    let problem = |(name, effect): (&'static str, &str)| {
        let value = facts.shell.env.text(name)?;
        let what = format!("{name}=`{value}` is set, and any value counts: {effect}");
        Some(Problem::new(what, unset(name)).at_variable(name))
    };
    VARIABLES.into_iter().filter_map(problem).collect()
}

fn readonly_mode(facts: &Facts) -> Option<Problem> {
    // If it is configured, it is probably intended.
    if let Some(origin) = configured_readonly(facts) {
        let what = format!("the cache is read-only by {origin}: nothing new is stored");
        let advice = format!("set rw_mode to READ_WRITE in {origin}, unless it is intended");
        let fix = unset_or(&origin, advice);
        return Some(Problem::new(what, fix).at(Severity::Info).at_places([origin]));
    }
    let running = facts.server.running();
    if running.is_some_and(|running| running.effective_cache_mode.as_deref() == Some("ReadOnly")) {
        let what = "the running sccache server only reads its cache, although nothing here configures that: nothing new is stored";
        return Some(Problem::new(what, stop_server()));
    }
    let remote = facts.sccache.remote.as_ref()?;
    let is_default = facts.shell.env.get("SCCACHE_GCS_RW_MODE").is_none();
    (remote.kind == "gcs" && remote.origin.is_env() && is_default).then(|| {
        let fix = export("SCCACHE_GCS_RW_MODE", "READ_WRITE");
        Problem::new("SCCACHE_GCS_BUCKET alone means read-only: nothing new is stored", fix)
    })
}

fn configured_readonly(facts: &Facts) -> Option<Origin> {
    const READ_ONLY: &str = "READ_ONLY";
    const VARIABLE: &str = "SCCACHE_LOCAL_RW_MODE";
    let mode = facts.shell.env.text(VARIABLE);
    if mode.is_some_and(|mode| mode.to_uppercase() == READ_ONLY) {
        return Some(Origin::Env(VARIABLE.into()));
    }
    let mode = facts.disk_setting("rw_mode")?;
    (mode.value.as_str() == Some(READ_ONLY)).then_some(mode.origin)
}

fn client_side_frame(facts: &Facts) -> Option<Problem> {
    const VARIABLE: &str = "SCCACHE_MAX_FRAME_LENGTH";
    /// The longest message without the variable, in bytes (the default of `LengthDelimitedCodec`).
    const DEFAULT: u64 = 8 << 20;
    let is_large = |env: &Environment| {
        let length = env.text(VARIABLE).and_then(|text| text.parse::<u64>().ok());
        length.is_some_and(|length| length > DEFAULT)
    };
    let origin = client_side(facts).filter(|_| client_side_is_off_by(facts).is_none())?;
    let export = export(VARIABLE, 536_870_912);
    let (who, env, fix) = match facts.server.process_env() {
        // The server must be restarted with the variable.
        Some((server, env)) => (
            format!("the running server (pid {})", server.pid),
            env,
            Fix::Stop(format!("{}; {STOP_SERVER}", export.text())),
        ),
        None => ("the next server".to_owned(), &facts.shell.env, export),
    };
    let what = format!(
        "in client-side mode ({origin}) {who} silently drops every entry over 8 MiB: {VARIABLE} is not in its environment"
    );
    (!is_large(env)).then(|| Problem::new(what, fix).at_places([origin]))
}

fn client_side_ignored(facts: &Facts) -> Option<Problem> {
    let origin = client_side(facts)?;
    let why = client_side_is_off_by(facts)?;
    let what = format!("{origin} turns client-side mode on, and {why} silently turns it off");
    let fix = if why == LOG {
        unset(LOG)
    } else {
        Fix::Do("use one of them".into())
    };
    Some(Problem::new(what, fix).at_places([origin]))
}

/// The setting that turns client-side mode on; the variable has precedence over the file.
fn client_side(facts: &Facts) -> Option<Origin> {
    const VARIABLE: &str = "SCCACHE_CLIENT_SIDE";
    let value = facts.shell.env.text(VARIABLE).filter(|text| !text.is_empty());
    if let Some(value) = value {
        let is_on = matches!(value.to_lowercase().as_str(), "true" | "on" | "1");
        return is_on.then(|| Origin::Env(VARIABLE.into()));
    }
    let mode = facts.sccache.in_config(&["client_side_mode"])?;
    (mode.value.as_bool() == Some(true)).then_some(mode.origin)
}

const LOG: &str = "SCCACHE_LOG";

/// The setting that turns client-side mode off (`from_env_and_file_configs` in sccache's `src/config.rs`).
fn client_side_is_off_by(facts: &Facts) -> Option<&'static str> {
    let has_scheduler = || facts.sccache.in_config(&["dist", "scheduler_url"]).is_some();
    if facts.shell.env.get(LOG).is_some() {
        Some(LOG)
    } else {
        has_scheduler().then_some("[dist] scheduler_url")
    }
}
