//! That no command is printed which no test has run: see `Sandbox::mend`, which copies a finding's command into a
//! shell and then looks whether the finding is gone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What in a check's source makes a command of its fix.
const MAKES_A_COMMAND: [&str; 7] = [
    "Fix::Run(",
    "Fix::Stop(",
    "stop_server()",
    "own_address(",
    "cache_size::fix(",
    "fix(facts",
    "edit(&",
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

/// The ids of the checks that can print a command.
fn with_a_command() -> BTreeSet<String> {
    let mut ids = BTreeSet::new();
    for path in sources("src/checks") {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        let found = code
            .split("    id: \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        if MAKES_A_COMMAND.iter().any(|words| code.contains(words)) {
            ids.extend(found.map(str::to_owned));
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
