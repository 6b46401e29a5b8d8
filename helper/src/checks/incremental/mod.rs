//! Cargo's incremental compilation.

use super::fixes::export;
use crate::facts::Facts;
use crate::finding::Problem;

checks! {
    incremental_forced: Error, BrokenBuilds;
    incremental_on: Warning, FewerHits;
    incremental_spelling: Warning, FewerHits;
}

const VARIABLE: &str = "CARGO_INCREMENTAL";

/// sccache refuses only the value `1`, and cargo itself refuses CARGO_BUILD_INCREMENTAL=1. Our wrapper removes the
/// variable, so with it this is only `incremental-on`.
fn is_forced(facts: &Facts) -> bool {
    facts.shell.env.text(VARIABLE).as_deref() == Some("1") && facts.caches_rust_plainly()
}

fn incremental_forced(facts: &Facts) -> Option<Problem> {
    let what = format!("{VARIABLE}=1: sccache refuses every compile");
    is_forced(facts).then(|| Problem::new(what, export(VARIABLE, 0)).at_variable(VARIABLE))
}

fn incremental_on(facts: &Facts) -> Option<Problem> {
    let incremental = &facts.cargo.settings.incremental;
    if !incremental.value || is_forced(facts) {
        return None;
    }
    let what = format!(
        "incremental compilation is on ({}): sccache never caches workspace members",
        incremental.origin
    );
    Some(Problem::new(what, export(VARIABLE, 0)).at_places([incremental.origin.clone()]))
}

fn incremental_spelling(facts: &Facts) -> Option<Problem> {
    let value = facts.shell.env.text(VARIABLE)?;
    // The value 1 is for `incremental-forced`, and our wrapper removes the variable from the key.
    if matches!(value.as_str(), "0" | "1") || !facts.caches_rust_plainly() {
        return None;
    }
    let what = format!("{VARIABLE}=`{value}` switches it off as 0 does, but gives every Rust crate a different key");
    Some(Problem::new(what, export(VARIABLE, 0)).at_variable(VARIABLE))
}
