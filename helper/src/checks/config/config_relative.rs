//! A config file that is another one in each directory.

use std::path::Path;

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::config_file::VARIABLE;
use crate::finding::{Finding, Fix, Severity, quote};

pub(in crate::checks) const CHECK: Check = Check {
    id: "config-relative",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("config_relative.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let named = facts.shell.env.path(VARIABLE).filter(|path| path.is_relative());
    let (Some(named), Some(config)) = (named, &facts.sccache.config) else {
        return Vec::new();
    };
    let whole = match named.strip_prefix("~") {
        Ok(rest) => facts.shell.env.path("HOME").unwrap_or(Path::new("/")).join(rest),
        Err(_) => config.true_path.clone().unwrap_or_else(|| config.path.clone()),
    };
    vec![CHECK.of_variable(VARIABLE,
        format!(
            "{VARIABLE}={} is a relative path: each compile looks for it from its own directory, and the first one's file is the server's",
            named.display()
        ),
        if whole.exists() {
            Fix::Run(format!("export {VARIABLE}={}", quote(&whole.to_string_lossy())))
        } else {
            Fix::Do(format!("let {VARIABLE} name the file by its whole path"))
        },
    )]
}
