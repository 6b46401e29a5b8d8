//! The server belongs to somebody else.

use crate::checks::fixes::own_address;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "server-other-user",
    severity: Severity::Error,
    effect: Effect::BrokenBuilds,
    explanation: include_str!("server_other_user.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(uid) = facts.server.listener.as_ref().and_then(|listener| listener.uid) else {
        return Vec::new();
    };
    // What is no sccache server is another check's, where that can be told.
    if uid == facts.shell.uid || facts.server.is_something_else() {
        return Vec::new();
    }
    vec![CHECK.finding(
        format!(
            "the sccache server at {} is user {uid}'s, and you are user {}: it compiles as that user, or keeps you waiting",
            facts.server.address, facts.shell.uid
        ),
        own_address(facts),
    )]
}
