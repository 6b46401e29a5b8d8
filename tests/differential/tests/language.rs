//! The language of the cases, and the manifests that they need not write.

use std::path::Path;

use sccache_shell_differential::case::{Case, World};
use sccache_shell_differential::cases;
use sccache_shell_differential::manifest::{Layout, layout};
use sccache_shell_differential::place::Place;

const CASE: &str = "\
What it is about.
place: member git registry
quick: git
run 2: run --features loud
set 2: WORD=two
fails 2: yes
-- src/main.rs --
fn main() {}
-- Cargo.toml --
description = \"said\"
[features]
loud = []
-- dep/src/lib.rs --
pub const N: u32 = 1;
-- mac/src/lib.rs --
-- 1 dep/data.txt --
one
-- 2 dep/data.txt --
two
-- 2 lab:bin/cc --
#!/bin/sh
";

fn case() -> Case {
    Case::parse("area/name", CASE).expect("it makes sense")
}

fn laid_out(world: World, place: Place) -> Layout {
    layout(&case(), world, place, Path::new("/lab/repository"))
}

#[test]
fn a_file_without_a_number_is_in_both_worlds() {
    let case = case();
    for world in World::ALL {
        assert_eq!(case.world(world).files["dep/src/lib.rs"], "pub const N: u32 = 1;\n");
    }
}

#[test]
fn a_number_says_in_which_world() {
    let case = case();
    let (one, two) = (case.world(World::First), case.world(World::Second));
    assert_eq!(
        (&*one.files["dep/data.txt"], &*two.files["dep/data.txt"]),
        ("one\n", "two\n")
    );
    assert_eq!((one.lab.len(), two.lab.len()), (0, 1));
    assert_eq!((one.set.len(), two.set.len()), (0, 1));
    assert_eq!((one.fails, two.fails), (false, true));
    assert_eq!((one.run[0].len(), two.run[0].len()), (1, 3));
}

#[test]
fn what_makes_no_sense_is_named() {
    let error = Case::parse("area/name", "About.\nplaces: member\n").expect_err("no such key");
    assert_eq!(error, "area/name: unknown: places: member");
}

#[test]
fn a_member_s_manifest_is_made() {
    let files = laid_out(World::First, Place::Member).worktree;
    let root = "[workspace]\nresolver = \"2\"\nmembers = [\"dep\", \"mac\"]\n[package]\nname = \"app\"\nversion = \"0.1.0\"\n\
                edition = \"2021\"\ndescription = \"said\"\n[dependencies]\ndep = { path = \"dep\" }\n[features]\nloud = []\n";
    assert_eq!(files["Cargo.toml"], root);
    assert!(files["dep/Cargo.toml"].ends_with("[dependencies]\nmac = { path = \"../mac\" }\n"));
    assert!(files["mac/Cargo.toml"].contains("proc-macro = true"));
}

#[test]
fn other_places_take_the_crates_out_of_the_worktree() {
    let git = laid_out(World::First, Place::Git);
    assert!(git.worktree["Cargo.toml"].contains("dep = { git = \"file:///lab/repository\" }"));
    assert!(!git.worktree.keys().any(|path| path.starts_with("dep/")));
    assert!(git.outside["dep"].contains_key("src/lib.rs"));
    let registry = laid_out(World::Second, Place::Registry);
    assert!(
        registry.worktree["Cargo.toml"].contains("dep = \"=0.1.1\""),
        "other content, other version"
    );
}

#[test]
fn a_quick_case_is_quick_in_a_place_that_it_has() {
    for case in cases::all() {
        let name = &case.name;
        assert!(case.quick.iter().all(|place| case.places.contains(place)), "{name}");
    }
}

#[test]
fn a_case_has_a_program_and_an_explanation() {
    for case in cases::all() {
        assert!(case.about.ends_with('.'), "{}: {}", case.name, case.about);
        assert!(
            World::ALL
                .iter()
                .any(|world| case.world(*world).files.contains_key("src/main.rs"))
        );
    }
}
