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
        .filter(|(name, _)| has_word(&problem.what, name) || has_word(&problem.fix.text(), name))
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
    let origin = |name: &str| {
        let found = given.iter().find(|(known, _)| *known == name);
        found.map(|(_, given)| &given.origin)
    };
    match fix {
        Fix::Export(name, value) => match origin(&name) {
            Some(origin) => Fix::Do(format!("set {name} to {value} in {origin}")),
            None => Fix::Export(name, value),
        },
        Fix::Unset(names) => {
            let remove = |name: &String| Some(format!("remove {name} from {}", origin(name)?));
            let mut steps: Vec<String> = names.iter().filter_map(remove).collect();
            if steps.is_empty() {
                return Fix::Unset(names);
            }
            let in_shell: Vec<String> = names.into_iter().filter(|name| origin(name).is_none()).collect();
            if !in_shell.is_empty() {
                steps.push(Fix::Unset(in_shell).text().into_owned());
            }
            Fix::Do(steps.join(", and "))
        }
        fix => fix,
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
    use super::super::fixes::export;
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
        let fix = |fix: Fix| in_the_file(fix, &given).text().into_owned();
        let unset = |names: &[&str]| Fix::Unset(names.iter().map(|&name| name.to_owned()).collect());
        assert_eq!(fix(unset(&["A"])), "remove A from /c:3");
        assert_eq!(fix(unset(&["A", "B"])), "remove A from /c:3, and unset B");
        assert_eq!(fix(unset(&["B"])), "unset B");
        assert_eq!(fix(export("A", true)), "set A to true in /c:3");
        assert_eq!(fix(export("B", true)), "export B=true");
        assert_eq!(fix(Fix::Run("sccache-shell init".into())), "sccache-shell init");
    }

    #[test]
    fn whole_names_alone() {
        assert!(has_word("SCCACHE_DIR=x", "SCCACHE_DIR") && has_word("in SCCACHE_DIR", "SCCACHE_DIR"));
        assert!(!has_word("SCCACHE_DIRECT", "SCCACHE_DIR") && !has_word("MY_SCCACHE_DIR", "SCCACHE_DIR"));
    }
}
