//! The running server's TMPDIR is no longer there.

use super::{Check, stop_server};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

pub(super) const CHECK: Check = Check {
    id: "server-tmpdir-gone",
    severity: Severity::Error,
    explanation: include_str!("server_tmpdir_gone.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let process = facts.listener.as_ref().and_then(|listener| listener.process.as_ref());
    match process {
        Some(process) if process.is_sccache == Some(true) && process.tmpdir_exists == Some(false) => {
            let dir = process.tmpdir.as_deref().unwrap_or_else(|| "/tmp".as_ref()).display();
            vec![CHECK.finding(
                format!(
                    "the running sccache server (pid {}) uses TMPDIR {dir}, which is gone: every compile fails until it is restarted",
                    process.pid
                ),
                stop_server(),
            )]
        }
        _ => Vec::new(),
    }
}
