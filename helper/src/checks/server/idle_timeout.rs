//! How long a server waits for work.

use crate::checks::fixes::stop_server;
use crate::checks::{Check, Effect};
use crate::environment::Environment;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "idle-timeout",
    severity: Severity::Info,
    effect: Effect::LostCache,
    explanation: include_str!("idle_timeout.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_IDLE_TIMEOUT";

fn run(facts: &Facts) -> Vec<Finding> {
    let running = facts
        .server
        .process()
        .and_then(|server| Some((server, server.env.as_ref()?)));
    if let Some((server, _)) = running.filter(|(_, env)| seconds(env) == Some(Some(0))) {
        return vec![CHECK.finding(
            format!(
                "the running sccache server (pid {}) never ends by itself ({VARIABLE}=0): new settings count only once you restart it",
                server.pid
            ),
            stop_server(),
        )];
    }
    match seconds(&facts.shell.env) {
        Some(None) => vec![CHECK.of_variable(
            VARIABLE,
            format!(
                "{VARIABLE}=`{}` is not a number of seconds: sccache takes its default, 600",
                facts.shell.env.text(VARIABLE).unwrap_or_default()
            ),
            Fix::Run(format!("unset {VARIABLE}")),
        )],
        _ => Vec::new(),
    }
}

/// Outer `None`: unset; inner `None`: no number (`get_idle_timeout` in sccache's `src/server.rs`).
fn seconds(env: &Environment) -> Option<Option<u64>> {
    env.text(VARIABLE).map(|text| text.parse().ok())
}
