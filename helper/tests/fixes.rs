//! That no command is printed which no test has run: see `Sandbox::mend`, which copies a finding's command into a
//! shell and then looks whether the finding is gone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What in a check's source makes a command of its fix: the functions that return one.
const MAKES_A_COMMAND: [&str; 13] = [
    "Fix::Run(",
    "Fix::Stop(",
    "edit(&",
    "export(",
    "found(",
    "hash_by(",
    "own_address(",
    "own_target_dir(",
    "resize(",
    "stop_server()",
    "through_our_wrapper(",
    "unset(",
    "unset_or(",
];

/// Checks whose command is run in a way of its own.
const ELSEWHERE: [(&str, &str); 2] = [
    (
        "cache-dir-unusable",
        "tests/checks_breaks_builds.rs: as a different user, who has no such finding after it",
    ),
    (
        "rust-analyzer-wrapper",
        "it prints no command; its file has other checks that do",
    ),
];

fn sources(dir: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut left = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(dir)];
    while let Some(dir) = left.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

/// The names of all checks: the lines of the `checks!` tables.
fn names(code: &str) -> impl Iterator<Item = &str> {
    let tables = code.split("\nchecks! {\n").skip(1);
    let lines = tables.flat_map(|table| table.split("\n}").next().unwrap().lines());
    lines.map(|line| line.trim().split_once(':').unwrap().0)
}

/// The ids of the checks that can print a command, in their own function or in one that follows it.
fn with_a_command() -> BTreeSet<String> {
    let files = sources("src/checks");
    let texts: Vec<String> = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let codes: Vec<&str> = texts
        .iter()
        .map(|text| text.split("#[cfg(test)]").next().unwrap())
        .collect();
    let names: BTreeSet<&str> = codes.iter().flat_map(|code| names(code)).collect();
    let mut ids = BTreeSet::new();
    for code in codes {
        let mut check = None;
        for function in code.split("\nfn ").flat_map(|code| code.split("\npub(super) fn ")) {
            let name = function.split(['(', '<']).next().unwrap();
            check = names.get(name).or(check);
            if let Some(check) = check.filter(|_| MAKES_A_COMMAND.iter().any(|words| function.contains(words))) {
                ids.insert(check.replace('_', "-"));
            }
        }
    }
    ids
}

#[test]
fn every_command_is_run_by_a_test() {
    let tests: String = sources("tests")
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let ids = with_a_command();
    assert!(ids.len() > 50, "the sources are not read: {ids:?}");
    let is_run =
        |id: &str| tests.contains(&format!("mend(\"{id}\")")) || ELSEWHERE.iter().any(|(other, _)| *other == id);
    let missing: Vec<&String> = ids.iter().filter(|id| !is_run(id)).collect();
    assert_eq!(
        missing, [""; 0],
        "their findings print commands; a test must `mend(\"ID\")`"
    );
}
