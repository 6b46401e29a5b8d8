//! A port that is no number.

use std::ffi::OsStr;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "port-invalid",
    severity: Severity::Warning,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("port_invalid.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_SERVER_PORT";

fn run(facts: &Facts) -> Vec<Finding> {
    let is_port = |value: &OsStr| value.to_str().is_some_and(|text| text.parse::<u16>().is_ok());
    match facts.shell.env.get(VARIABLE) {
        Some(value) if !is_port(value) && facts.shell.env.get("SCCACHE_SERVER_UDS").is_none() => {
            vec![CHECK.of_variable(
                VARIABLE,
                format!(
                    "{VARIABLE}=`{}` is not a valid port: sccache silently takes its default, {}",
                    value.to_string_lossy(),
                    facts.server.address
                ),
                Fix::Run(format!("unset {VARIABLE}")),
            )]
        }
        _ => Vec::new(),
    }
}
