//! The config file stops sccache.

use super::{Check, config_key_too_new};
use crate::facts::Facts;
use crate::facts::answer::{Blame, NoAnswer};
use crate::facts::config_file::ConfigFile;
use crate::finding::{Finding, Fix, Severity, quote};
use crate::redact;

pub(super) const CHECK: Check = Check {
    id: "config-invalid",
    severity: Severity::Error,
    explanation: include_str!("config_invalid.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    match (&facts.config, &facts.planned) {
        (Some(config), Some(Err(no_answer)))
            if no_answer.blame() == Some(Blame::ConfigFile) && !config_key_too_new::is_reason(facts) =>
        {
            vec![finding(config, no_answer)]
        }
        _ => Vec::new(),
    }
}

fn finding(config: &ConfigFile, no_answer: &NoAnswer) -> Finding {
    let NoAnswer::Failed(stderr) = no_answer else {
        return CHECK.finding(no_answer.to_string(), Fix::Do("mend the config file".to_owned()));
    };
    let stderr = &redact::config_error(stderr);
    let path = config.path.display();
    // sccache's last line is the cause; the line's number stands further up, in the TOML parser's words.
    let cause = stderr
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("no reason given");
    let place = match line_number(stderr) {
        Some(line) => format!("{path}:{line}"),
        None => path.to_string(),
    };
    CHECK
        .finding(
            format!("sccache cannot read {place}: {}; every build will fail", cause.trim()),
            Fix::Run(format!("\"${{EDITOR:-vi}}\" {}", quote(&config.path.to_string_lossy()))),
        )
        .with_detail(stderr.lines().map(str::to_owned))
}

fn line_number(stderr: &str) -> Option<usize> {
    let (_, rest) = stderr.split_once("at line ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    rest[..end].parse().ok()
}
