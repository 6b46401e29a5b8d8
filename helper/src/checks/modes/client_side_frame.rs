//! Large entries are dropped in client-side mode.

use crate::checks::fixes::STOP_SERVER;
use crate::checks::modes::client_side_ignored::{self, is_asked_for};
use crate::checks::{Check, Effect};
use crate::environment::Environment;
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "client-side-frame",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("client_side_frame.md"),
    run,
};

const VARIABLE: &str = "SCCACHE_MAX_FRAME_LENGTH";

/// What a message may have without the variable (`LengthDelimitedCodec`'s default), in bytes.
const DEFAULT: u64 = 8 << 20;

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(origin) = is_asked_for(facts).filter(|_| client_side_ignored::why(facts).is_none()) else {
        return Vec::new();
    };
    let server = facts
        .server
        .process()
        .and_then(|server| Some((server, server.env.as_ref()?)));
    let (who, env) = match server {
        Some((server, env)) => (format!("the running server (pid {})", server.pid), env),
        None => ("the next server".to_owned(), &facts.shell.env),
    };
    if is_large(env) {
        return Vec::new();
    }
    let export = format!("export {VARIABLE}=536870912");
    let fix = if server.is_some() {
        // The variable counts where the server is started.
        Fix::Stop(format!("{export}; {STOP_SERVER}"))
    } else {
        Fix::Run(export)
    };
    let finding = CHECK.finding(
        format!("in client-side mode ({origin}) {who} drops every entry over 8 MiB, without a word: {VARIABLE} is not in its environment"),
        fix,
    );
    vec![finding.at_places([origin])]
}

fn is_large(env: &Environment) -> bool {
    let length = env.text(VARIABLE).and_then(|text| text.parse::<u64>().ok());
    length.is_some_and(|length| length > DEFAULT)
}
