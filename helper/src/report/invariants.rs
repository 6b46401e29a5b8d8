//! What must hold for any answer of an sccache: every check judges it, and the output is whole lines of visible text.

use std::path::Path;
use std::sync::OnceLock;

use super::{Stats, bug, findings, json, quiet, stats_json};
use crate::checks;
use crate::environment::Environment;
use crate::facts::answer::Answer;
use crate::facts::listener::Listener;
use crate::facts::{Depth, Facts};

pub(crate) fn assert_invariants(answer: &[u8]) {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    let Ok(answer) = Answer::parse(answer) else {
        return;
    };
    let nowhere = [("HOME", "/nonexistent"), ("CARGO_HOME", "/nonexistent/cargo")];
    let mut facts = FACTS
        .get_or_init(|| Facts::gather(Environment::new(nowhere, Path::new("/")), Depth::Quick))
        .clone();
    facts.server.listener = Some(Listener {
        uid: None,
        process: None,
        is_hidden: false,
    });
    facts.sccache.planned = Some(Ok(answer.clone()));
    facts.server.running = Some(Ok(answer));
    let found = checks::run(std::slice::from_ref(&facts), &[]);
    let quiet = quiet(&found);
    assert!(quiet.lines().count() <= 5);
    let stats = Stats::of(&facts, &[(crate::why::Rule::Runs, 2)]);
    let is_json = |text: &str| serde_json::from_str::<serde_json::Value>(text).is_ok();
    assert!(is_json(&json(&found)) && is_json(&stats_json(&stats)));
    for text in [
        json(&found),
        stats_json(&stats),
        quiet,
        findings(std::slice::from_ref(&facts), &found, None),
        findings(std::slice::from_ref(&facts), &found, Some(80)),
        bug(std::slice::from_ref(&facts), &found),
        super::stats(&stats, true),
    ] {
        let plain = anstream::adapter::strip_str(&text).to_string();
        let is_unseen = |line: &str| crate::escape::line(line) != line;
        assert!(!plain.lines().any(is_unseen), "{plain:?}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn of_any_numbers(
            numbers in proptest::collection::vec(prop_oneof![Just(0), Just(u64::MAX), any::<u64>(), 0u64..100], 12),
            name in "[\\PC\u{9b}\u{202e}\u{7f}]{0,9}|Rust|C/C\\+\\+", reason in "multiple input files|crate-type \\(bin\\)|incremental|[ -~\n\u{1b}]{0,9}", version in "0\\.[0-9]{1,2}\\.0|\\PC{0,5}",
        ) {
            let counts = |at: usize| serde_json::json!({"counts": {(name.clone()): numbers[at], "other": numbers[at + 1]}});
            let answer = serde_json::json!({
                "version": version, "cache_location": format!("Local disk: {name:?}"),
                "cache_size": numbers[0], "max_cache_size": numbers[1], "basedirs": [name, "/w"], "use_preprocessor_cache_mode": true,
                "stats": {
                    "compile_requests": numbers[2], "requests_executed": numbers[3], "requests_not_cacheable": numbers[4],
                    "requests_not_compile": numbers[5], "cache_write_errors": numbers[6], "cache_timeouts": numbers[7],
                    "cache_hits": counts(8), "cache_misses": counts(9), "cache_errors": counts(10),
                    "not_cached": {(reason): numbers[10], "-E": numbers[11]},
                },
            });
            assert_invariants(answer.to_string().as_bytes());
        }
    }
}
