//! The part of the oracle for which every test run has time: each area of cases is a test, one order, no other project.

use sccache_shell_differential::cases;
use sccache_shell_differential::judge::{Depth, judge};
use sccache_shell_differential::tools::Tools;

/// Builds the quick cases of an area; every `of`-th from `at` on.
fn area(name: &str, at: usize, of: usize) {
    let tools = Tools::find();
    let cases = cases::all()
        .into_iter()
        .filter(|case| case.name.starts_with(&format!("{name}/")));
    let rounds = cases.flat_map(|case| case.quick.clone().into_iter().map(move |place| (case.clone(), place)));
    let mut wrong = String::new();
    for (_, (case, place)) in rounds.enumerate().filter(|(number, _)| number % of == at) {
        if case.needs.iter().all(|program| tools.have(program)) {
            wrong += &judge(&case, place, &tools, &Depth::quick()).wrongs();
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn build_sources() {
    area("sources", 0, 1);
}

#[test]
fn build_macros_first_half() {
    area("macros", 0, 2);
}

#[test]
fn build_macros_second_half() {
    area("macros", 1, 2);
}

#[test]
fn build_out_dir() {
    area("out_dir", 0, 1);
}

#[test]
fn build_variables() {
    area("variables", 0, 1);
}

#[test]
fn build_linked_first_half() {
    area("linked", 0, 2);
}

#[test]
fn build_linked_second_half() {
    area("linked", 1, 2);
}

#[test]
fn build_flags() {
    area("flags", 0, 1);
}

#[test]
fn build_commands() {
    area("commands", 0, 1);
}

#[test]
fn every_area_has_a_test() {
    let known = [
        "commands",
        "flags",
        "linked",
        "macros",
        "out_dir",
        "sources",
        "variables",
    ];
    assert_eq!(cases::areas(), known, "add an area's test above");
}
