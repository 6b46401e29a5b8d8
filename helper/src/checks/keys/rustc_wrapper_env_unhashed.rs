//! Rust goes through a plain sccache, whose key does not hold `NIX_RUSTFLAGS`.

use crate::checks::keys::cc_wrapper_env_unhashed::{fix, unhashed};
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Severity};
use crate::key::nix_env::{self, RUST_KEY};

pub(in crate::checks) const CHECK: Check = Check {
    id: "rustc-wrapper-env-unhashed",
    severity: Severity::Error,
    effect: Effect::WrongResults,
    explanation: include_str!("rustc_wrapper_env_unhashed.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(inputs) = nix_env::rust(&facts.shell.env) else {
        return Vec::new();
    };
    if facts.shell.env.text(RUST_KEY).as_ref() == Some(&inputs.hash) {
        return Vec::new();
    }
    let wrapper = facts
        .cargo
        .launchers
        .all
        .iter()
        .find(|route| route.setting == "RUSTC_WRAPPER");
    let Some(program) = wrapper.and_then(|route| unhashed(facts, route)) else {
        return Vec::new();
    };
    vec![CHECK.of_variable("NIX_RUSTFLAGS",
        format!("RUSTC_WRAPPER compiles Rust by {program}, whose key does not hold NIX_RUSTFLAGS: it can return a crate of other flags"),
        fix(facts, format!("export {RUST_KEY}={}", inputs.hash)),
    )]
}
