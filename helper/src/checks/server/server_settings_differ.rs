//! The running server has other settings than a new one would have.

use crate::checks::fixes::stop_server;
use crate::checks::keys::basedirs_direct_mode;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Answer;
use crate::finding::{Finding, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-settings-differ",
    severity: Severity::Warning,
    effect: Effect::LostCache,
    explanation: include_str!("server_settings_differ.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(planned), Some(running)) = (facts.sccache.planned(), facts.server.running()) else {
        return Vec::new();
    };
    let differences: Vec<String> = settings(planned)
        .into_iter()
        .zip(settings(running))
        .filter(|((name, planned), (_, running))| planned != running && !is_said_elsewhere(facts, name))
        .map(|((name, planned), (_, running))| {
            let show = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
            format!("{name} {} (now configured: {})", show(running), show(planned))
        })
        .collect();
    if differences.is_empty() {
        return Vec::new();
    }
    let what = format!(
        "the running sccache server has other settings: {}",
        differences.join("; ")
    );
    vec![CHECK.finding(what, stop_server())]
}

const SIZE: &str = "size limit";
const MODE: &str = "preprocessor mode";

fn settings(answer: &Answer) -> [(&'static str, Option<String>); 5] {
    [
        ("cache", answer.cache_location.clone()),
        (SIZE, answer.max_size().map(|size| size.to_string())),
        (
            "basedirs",
            (!answer.basedirs.is_empty()).then(|| answer.basedirs.join(":")),
        ),
        (
            MODE,
            answer
                .use_preprocessor_cache_mode
                .map(|on| if on { "on" } else { "off" }.to_owned()),
        ),
        ("version", answer.version.clone()),
    ]
}

/// A running server that has less than the flake wants is the check `cache-size`'s, and one whose preprocessor mode
/// makes wrong objects that of `basedirs-direct-mode`.
fn is_said_elsewhere(facts: &Facts, name: &str) -> bool {
    let running = facts.server.running().and_then(Answer::max_size);
    let is_small = running
        .zip(facts.shell.wanted_size)
        .is_some_and(|(running, wanted)| running < wanted);
    let is_wrong = facts.server.running().is_some_and(basedirs_direct_mode::is_wrong);
    (name == SIZE && is_small) || (name == MODE && is_wrong)
}
