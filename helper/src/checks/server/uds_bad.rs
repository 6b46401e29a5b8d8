//! A server's socket that cannot be.

use std::path::Path;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::listener::Address;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "uds-bad",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("uds_bad.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_SERVER_UDS";

/// What a socket's path may have, in bytes, without the zero byte that ends it (`sockaddr_un`).
const MAX_LEN: usize = if cfg!(target_os = "macos") { 103 } else { 107 };

fn run(facts: &Facts) -> Vec<Finding> {
    let Address::Socket(path) = &facts.server.address else {
        return Vec::new();
    };
    let Some(why) = fault(path, facts) else {
        return Vec::new();
    };
    vec![CHECK.of_variable(
        VARIABLE,
        format!("{VARIABLE}=`{}` {why}", path.display()),
        Fix::Run(format!("unset {VARIABLE}")),
    )]
}

fn fault(path: &Path, facts: &Facts) -> Option<String> {
    let len = path.as_os_str().len();
    if !path.is_absolute() {
        Some("is not absolute: the server looks for it below /, and no compile finds that server".to_owned())
    } else if len > MAX_LEN {
        Some(format!("has {len} bytes, over {MAX_LEN}: no server can start"))
    } else if !facts.server.socket_dir_exists {
        Some("lies in a directory that is not there: no server can start".to_owned())
    } else {
        None
    }
}
