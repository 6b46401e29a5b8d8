//! Every command that a finding prints is run, and must fix what it was printed for.

mod causes;

use std::collections::BTreeSet;

use serde_json::Value;

use super::{cache, server};
use crate::support::{Sandbox, real_sccache};
use causes::{FILES, SERVERS, VARIABLES};

/// Checks whose command needs a second user, namespace, sccache or port, and the test that runs it.
const ELSEWHERE: &[(&str, fn())] = &[
    (
        "cache-dir-unusable",
        cache::directory::cache_dir_unusable_by_another_user,
    ),
    ("fd-inherit-hang", server::process::fd_inherit_hang),
    ("port-not-sccache", server::address::port_not_sccache),
    ("server-other-namespace", server::process::server_other_namespace),
    ("server-other-user", server::process::server_other_user),
];

/// The checks whose commands are run.
fn tested() -> impl Iterator<Item = &'static str> {
    let by_variables = VARIABLES.iter().map(|(id, ..)| *id);
    let by_function = FILES.iter().chain(SERVERS).map(|(id, ..)| *id);
    let elsewhere = ELSEWHERE.iter().map(|(id, _)| *id);
    by_variables.chain(by_function).chain(elsewhere)
}

#[test]
fn each_list_names_checks_and_each_of_them_once() {
    let distinct: BTreeSet<&str> = tested().collect();
    assert_eq!(distinct.len(), tested().count(), "a check is listed twice");
    for id in distinct {
        assert!(sccache_shell::checks::find(id).is_some(), "{id} is not a check");
    }
}

/// Every finding of every test is passed to this: a check that prints a command must be in a list that runs it.
pub(crate) fn assert_command_is_tested(finding: &Value) {
    let id = finding["id"].as_str().unwrap();
    assert!(
        finding["fix"]["run"].is_null() || tested().any(|listed| listed == id),
        "{id} prints a command that no row of tests/checks/fixes runs: {finding}"
    );
}

#[test]
fn what_variables_cause() {
    for (id, vars, command) in VARIABLES {
        let mut sandbox = Sandbox::new();
        for (name, value) in *vars {
            match *value {
                "" => sandbox.unset(name),
                value => sandbox.set(name, filled_in(&sandbox, value)),
            };
        }
        fixes(sandbox, id, command);
    }
}

#[test]
fn what_files_cause() {
    for (id, cause, command) in FILES {
        let mut sandbox = Sandbox::new();
        cause(&mut sandbox);
        fixes(sandbox, id, command);
    }
}

#[test]
fn what_a_running_server_causes() {
    for (id, cause, command) in SERVERS {
        let mut sandbox = Sandbox::new();
        cause(&mut sandbox);
        fixes(sandbox, id, command);
    }
}

/// Compares the command that the finding prints with the expected one, runs it, and expects the finding to be gone.
fn fixes(mut sandbox: Sandbox, id: &str, command: &str) {
    let finding = sandbox.finding(id);
    let printed = finding["fix"]["run"].as_str();
    let printed = printed.unwrap_or_else(|| panic!("{id} prints no command: {finding}"));
    let expected = filled_in(&sandbox, command);
    let is_expected = match expected.strip_suffix('…') {
        Some(beginning) => printed.starts_with(beginning),
        None => printed == expected,
    };
    assert!(is_expected, "{id} prints `{printed}`, not `{expected}`");
    sandbox.fix(id);
}

fn filled_in(sandbox: &Sandbox, text: &str) -> String {
    let root = sandbox.path("").display().to_string();
    let pid = sandbox.server_pid().map_or_else(String::new, |pid| pid.to_string());
    text.replace("ROOT", root.trim_end_matches('/'))
        .replace("REAL", &real_sccache().display().to_string())
        .replace("PID", &pid)
}
