//! The config file stops sccache.

use crate::checks::config::config_key_too_new;
use crate::checks::fixes::edit;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::{Blame, NoAnswer};
use crate::facts::config_file::{ConfigFile, Content};
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;
use crate::redact;

pub(in crate::checks) const CHECK: Check = Check {
    id: "config-invalid",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("config_invalid.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    match (&facts.sccache.config, &facts.sccache.planned) {
        (Some(config), _) if matches!(config.content, Content::Endless(_)) => vec![endless(config)],
        (Some(config), Some(Err(no_answer)))
            if no_answer.blame() == Some(Blame::ConfigFile) && !config_key_too_new::is_reason(facts) =>
        {
            vec![finding(config, no_answer)]
        }
        (Some(config), _) => too_long(config).into_iter().collect(),
        _ => Vec::new(),
    }
}

fn endless(config: &ConfigFile) -> Finding {
    let path = config.path.display();
    CHECK.finding(
        format!("{path} is a pipe or a device, not a file: sccache waits for it, and every build will hang"),
        Fix::Do(format!("put a file at {path}")),
    )
}

/// Nothing is known to be wrong with it but what no person writes.
fn too_long(config: &ConfigFile) -> Option<Finding> {
    let Content::TooLong(why) = &config.content else {
        return None;
    };
    let path = config.path.display();
    let what =
        format!("{path} {why}, all of which sccache reads for each compile: it was not asked what it makes of that");
    let finding = CHECK.finding(what, Fix::Do("leave in the file what sccache needs".to_owned()));
    Some(finding.at(Severity::Warning))
}

fn finding(config: &ConfigFile, no_answer: &NoAnswer) -> Finding {
    let NoAnswer::Failed(stderr) = no_answer else {
        return CHECK.finding(no_answer.to_string(), Fix::Do("fix the config file".to_owned()));
    };
    let stderr = &redact::config_error(stderr);
    let path = config.path.display();
    // sccache's last line is the cause; the line's number stands further up, in the TOML parser's words.
    let cause = stderr
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or("no reason given");
    let place = line_number(stderr).map(|line| Origin::File(config.path.clone(), line));
    let shown = place.as_ref().map_or_else(|| path.to_string(), Origin::to_string);
    CHECK
        .finding(
            format!("sccache cannot read {shown}: {}; every build will fail", cause.trim()),
            edit(&config.path),
        )
        .at_places(place)
        .with_detail(stderr.lines().map(str::to_owned))
}

fn line_number(stderr: &str) -> Option<usize> {
    let (_, rest) = stderr.split_once("at line ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit())?;
    rest[..end].parse().ok()
}
