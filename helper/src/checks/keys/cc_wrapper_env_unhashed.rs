//! C goes through a plain sccache, whose key does not hold what nixpkgs' cc reads.

use std::ffi::OsString;

use crate::checks::{Check, Effect};
use crate::environment::names;
use crate::facts::Facts;
use crate::facts::launchers::{End, Route};
use crate::finding::{Finding, Fix, Severity, quote};
use crate::key::nix_env::{self, C_KEY, Inputs};

pub(in crate::checks) const CHECK: Check = Check {
    id: "cc-wrapper-env-unhashed",
    severity: Severity::Error,
    effect: Effect::WrongResults,
    explanation: include_str!("cc_wrapper_env_unhashed.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let Some(inputs) = nix_env::c(&facts.shell.env).filter(|inputs| !is_hashed(facts, inputs)) else {
        return Vec::new();
    };
    // cc-rs takes cargo's wrapper for C too.
    let used = facts
        .cargo
        .launchers
        .all
        .iter()
        .find_map(|route| Some((route, unhashed(facts, route)?)));
    let Some((route, program)) = used else {
        return Vec::new();
    };
    let value = quote(&nix_env::c_key(&facts.shell.env, &inputs).to_string_lossy());
    vec![CHECK.finding(
        format!(
            "{} compiles C by {program}, whose key does not hold {}: it can return an object of other flags",
            route.setting,
            told(&inputs)
        ),
        fix(facts, format!("export {C_KEY}={value}")),
    )]
}

/// The sccache whose keys do not hold those variables, where this way leads to one.
pub(in crate::checks) fn unhashed(facts: &Facts, route: &Route) -> Option<String> {
    match &route.end {
        End::Plain(path) => Some(path.display().to_string()),
        End::Ours | End::OursOfBefore if is_off(facts) => Some(format!("plain sccache ({}=off)", names::SWITCH)),
        _ => None,
    }
}

/// The wrapper again where it was switched off, else what it would have done.
pub(in crate::checks) fn fix(facts: &Facts, export: String) -> Fix {
    Fix::Run(if is_off(facts) {
        format!("unset {}", names::SWITCH)
    } else {
        export
    })
}

/// The variable that says most to people, and how many more there are.
fn told(inputs: &Inputs) -> String {
    let is_flags = |name: &&OsString| name.as_encoded_bytes().starts_with(b"NIX_CFLAGS_COMPILE");
    let one = inputs.names.iter().find(is_flags).or(inputs.names.first());
    let one = one.map(|name| name.to_string_lossy()).unwrap_or_default();
    match inputs.names.len() {
        0 | 1 => one.into_owned(),
        count => format!("{one} and {} more that nixpkgs' cc reads", count - 1),
    }
}

fn is_off(facts: &Facts) -> bool {
    facts.shell.env.text(names::SWITCH).as_deref() == Some("off")
}

/// A value of the user's own may be a hash of theirs; one of ours must be the one for what is set now.
fn is_hashed(facts: &Facts, inputs: &Inputs) -> bool {
    facts.shell.env.text(C_KEY).is_some_and(|value| {
        let is_ours = value.starts_with("nix-") || value.contains("+nix-");
        !is_ours || value.ends_with(&inputs.hash)
    })
}
