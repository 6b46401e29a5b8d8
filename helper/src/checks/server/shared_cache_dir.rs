//! Two servers, one directory.

use crate::checks::fixes::STOP_SERVER;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::listener::Address;
use crate::facts::sharers::Sharer;
use crate::finding::{Finding, Fix, Severity, quote};

pub(in crate::checks) const CHECK: Check = Check {
    id: "shared-cache-dir",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("shared_cache_dir.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    // At our own address without a listener: it has come up just now.
    let is_ours = |sharer: &Sharer| sharer.address == facts.server.address && facts.server.listener.is_none();
    let Some(other) = facts.server.sharers.iter().find(|sharer| !is_ours(sharer)) else {
        return Vec::new();
    };
    let who = facts.server.process().map_or_else(
        || "the next one here will".to_owned(),
        |server| format!("pid {} does", server.pid),
    );
    let dir = facts.sccache.cache_dir_name();
    vec![CHECK.finding(
        format!(
            "another sccache server (pid {}, at {}) uses the cache {dir}, and so {}: they delete each other's entries",
            other.pid, other.address, who
        ),
        stop(facts, other),
    )]
}

/// One that listens elsewhere can be asked to end; one whose socket another has taken cannot be reached any more.
fn stop(facts: &Facts, other: &Sharer) -> Fix {
    if other.address == facts.server.address && facts.server.process().is_some() {
        return Fix::Stop(format!("kill {}", other.pid));
    }
    let address = match &other.address {
        Address::Port(port) => format!("-u SCCACHE_SERVER_UDS SCCACHE_SERVER_PORT={port}"),
        socket => format!("SCCACHE_SERVER_UDS={}", quote(&socket.to_string())),
    };
    Fix::Stop(format!("env {address} {STOP_SERVER}"))
}
