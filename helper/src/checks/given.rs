//! Problems with a variable which cargo's `[env]` sets: the shell does not show it, so the place is added, and the
//! fix is changed to one that works there.

use super::fixes::STOP_SERVER;
use crate::environment::Given;
use crate::facts::Facts;
use crate::finding::{Fix, Problem, quote};

/// Adds the place of each variable that `[env]` sets.
pub(super) fn placed(facts: &Facts, mut problem: Problem) -> Problem {
    problem.fix = at_that_server(facts, problem.fix);
    let given: Vec<(&str, &Given)> = facts
        .shell
        .env
        .all_given()
        .filter_map(|(name, _, given)| Some((name.to_str()?, given)))
        .filter(|(name, _)| has_word(&problem.what, name) || has_word(problem.fix.text(), name))
        .collect();
    if given.is_empty() {
        return problem;
    }
    let places: Vec<String> = given
        .iter()
        .map(|(name, given)| format!("{name} is from {}", given.origin))
        .collect();
    problem.what = format!("{} ({})", problem.what, places.join(", "));
    problem.fix = in_the_file(problem.fix, &given);
    problem.at_places(given.iter().map(|(_, given)| given.origin.clone()))
}

/// The command must reach the server at the address that `[env]` sets, not the one of the shell.
fn at_that_server(facts: &Facts, fix: Fix) -> Fix {
    const ADDRESS: [&str; 2] = ["SCCACHE_SERVER_UDS", "SCCACHE_SERVER_PORT"];
    match fix {
        Fix::Stop(command) if command == STOP_SERVER => {
            let given = ADDRESS.iter().filter(|name| facts.shell.env.given(name).is_some());
            let set = given.filter_map(|name| Some(format!("{name}={} ", quote(&facts.shell.env.text(name)?))));
            Fix::Stop(set.collect::<String>() + STOP_SERVER)
        }
        fix => fix,
    }
}

/// A shell cannot unset a variable that a file sets, nor change it if the file forces its value.
fn in_the_file(fix: Fix, given: &[(&str, &Given)]) -> Fix {
    let find = |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, given)| *given);
    let Fix::Run(command) = &fix else {
        return fix;
    };
    if let Some(names) = command.strip_prefix("unset ") {
        let (in_files, in_shell): (Vec<&str>, Vec<&str>) = names.split(' ').partition(|name| find(name).is_some());
        let lines = in_files
            .into_iter()
            .filter_map(|name| Some(format!("remove {name} from {}", find(name)?.origin)));
        let mut steps: Vec<String> = lines.collect();
        if steps.is_empty() {
            return fix;
        }
        if !in_shell.is_empty() {
            steps.push(format!("unset {}", in_shell.join(" ")));
        }
        return Fix::Do(steps.join(", and "));
    }
    let set = command.strip_prefix("export ").and_then(|rest| rest.split_once('='));
    match set {
        Some((name, value)) if find(name).is_some() => {
            let origin = &find(name).expect("just found").origin;
            Fix::Do(format!("set {name} to {value} in {origin}"))
        }
        _ => fix,
    }
}

/// Whether the text contains the name as a whole word.
fn has_word(text: &str, name: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    text.match_indices(name)
        .any(|(at, _)| !is_part(text[..at].chars().next_back()) && !is_part(text[at + name.len()..].chars().next()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::origin::Origin;

    #[test]
    fn a_fix_that_counts_where_the_variable_is_given() {
        let given = Given {
            value: "x".into(),
            origin: Origin::File("/c".into(), 3),
            is_forced: false,
        };
        let given = [("A", &given)];
        let fix = |command: &str| in_the_file(Fix::Run(command.to_owned()), &given).text().to_owned();
        assert_eq!(fix("unset A"), "remove A from /c:3");
        assert_eq!(fix("unset A B"), "remove A from /c:3, and unset B");
        assert_eq!(fix("unset B"), "unset B");
        assert_eq!(fix("export A=true"), "set A to true in /c:3");
        assert_eq!(fix("export B=true"), "export B=true");
        assert_eq!(fix("sccache-shell init --size 24G"), "sccache-shell init --size 24G");
    }

    #[test]
    fn whole_names_alone() {
        assert!(has_word("SCCACHE_DIR=x", "SCCACHE_DIR") && has_word("in SCCACHE_DIR", "SCCACHE_DIR"));
        assert!(!has_word("SCCACHE_DIRECT", "SCCACHE_DIR") && !has_word("MY_SCCACHE_DIR", "SCCACHE_DIR"));
    }
}
