//! The variables that nixpkgs' compiler wrappers read. Without our wrapper the real sccache returns the object of other
//! flags, with it the right one; and variables that do not matter cost no hit.

mod cases;
mod docs;
mod rust;
mod sharing;
pub(crate) mod shell;

use std::collections::BTreeSet;

use cases::Case;
use sccache_shell::key::nix_env::{self, Names, When};
use shell::{By, SALT, Shell};

/// Compiles a case in both shells, in a source of this name, and returns both objects.
fn compile_both(shell: &Shell, case: &Case, by: By, name: &str) -> [Vec<u8>; 2] {
    let extension = if case.compiler == "c++" { "cpp" } else { "c" };
    let source = format!("{name}.{extension}");
    shell.write(format!("project/{source}"), &case.source.replace("NAME", name));
    [0, 1].map(|number| {
        let mut args: Vec<&str> = case.args.iter().map(String::as_str).collect();
        args.extend(["-c", &source, "-o", "object.o"]);
        shell.compile(by, "project", case.compiler, &args, "object.o", &case.vars(number))
    })
}

/// Plain sccache returns the first shell's object to the second one. Ours returns to each its own, the second time from
/// the cache.
fn right_with_ours_alone(shell: &Shell, cases: &[Case]) {
    for (number, case) in cases.iter().enumerate() {
        let name = &case.name;
        let source = |by: &str| format!("{by}{number}");
        let right = compile_both(shell, case, By::Compiler, &source("plain"));
        assert_ne!(right[0], right[1], "{name} should matter");
        let plain = compile_both(shell, case, By::Plain, &source("plain"));
        assert_eq!(plain[0], right[0], "{name}");
        assert_eq!(plain[1], right[0], "{name}: fixed in sccache?");

        let right = compile_both(shell, case, By::Compiler, &source("ours"));
        let ours = compile_both(shell, case, By::Ours, &source("ours"));
        assert!(ours == right, "{name}: ours returned a different object");
        let before = shell.sandbox.hits_and_misses("C/C++");
        assert!(
            compile_both(shell, case, By::Ours, &source("ours")) == right,
            "{name}: ours from the cache"
        );
        assert_eq!(
            shell.sandbox.hits_and_misses("C/C++"),
            (before.0 + 2, before.1),
            "{name}"
        );
    }
}

#[test]
fn every_variable_of_the_table_has_a_case() {
    let shell = Shell::new();
    let cases = [
        cases::flags(),
        cases::marks(),
        cases::purity(&shell),
        cases::darwin(&shell),
    ]
    .concat();
    let tried: BTreeSet<String> = cases.iter().map(|case| case.name.clone()).collect();
    let salt = format!("_{SALT}");
    let all: BTreeSet<String> = nix_env::C
        .iter()
        .filter(|row| row.when != When::Never)
        .flat_map(|row| {
            let suffixes: &[&str] = match row.names {
                Names::Exact => &[""],
                Names::Salted => &[&salt],
                Names::Roles => &["", "_FOR_BUILD", "_FOR_TARGET", &salt],
            };
            suffixes
                .iter()
                .map(|suffix| format!("{}{suffix}", row.name))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(tried, all);
}

#[test]
fn flags_in_every_role() {
    right_with_ours_alone(&Shell::new(), &cases::flags());
}

#[test]
fn marks_of_roles_and_of_outer_wrappers() {
    right_with_ours_alone(&Shell::new(), &cases::marks());
}

#[test]
fn purity_and_its_roots() {
    let shell = Shell::new();
    right_with_ours_alone(&shell, &cases::purity(&shell));
}

#[test]
fn what_only_darwin_has() {
    let shell = Shell::new();
    right_with_ours_alone(&shell, &cases::darwin(&shell));
}
