//! OUT_DIR by content, on a real cargo and a real sccache: what hits, what must not, and that every crate behaves
//! as it does without a cache.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

#[path = "../common/mod.rs"]
mod common;
mod crates;
mod odd;
mod scene;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use scene::{Counts, Scene, overwrite, succeed};

/// The libraries among the dependencies that sccache stores: all but the proc macro. The two that do not read a
/// copy, `path-only` and `leaves`, hold the target directory's path and miss in another one.
const SHARED: u64 = 6;
const UNSHARED: u64 = 2;
/// The program's own library.
const OWN: u64 = 1;

/// What the program prints, wherever it was built.
#[track_caller]
fn assert_right(scene: &Scene, checkout: &str, word: &str) {
    let printed = scene.run(checkout);
    for (name, value) in [
        ("word", word),
        ("named", word),
        ("bytes", word),
        ("later", word),
        ("uses", word),
        ("version", "195"),
        ("answer", "42"),
        ("leaves", "3"),
        ("macro_reads", "3"),
        ("own", "7"),
    ] {
        assert_eq!(printed[name], value, "{name} in {checkout}");
    }
    let target = scene.path(checkout).join("target");
    for name in ["path_only_dir", "own_dir"] {
        assert!(
            Path::new(&printed[name]).starts_with(&target),
            "{name}: {}",
            printed[name]
        );
    }
    assert!(Path::new(&printed["path_only_dir"]).join("written").is_file());
}

/// Another checkout hits everything that reads files of OUT_DIR, and both work, also when the other is gone.
fn another_checkout_hits(layout: &'static [&'static str]) {
    let scene = Scene::with_layout(layout);
    scene.checkout("one");
    scene.checkout("two");
    let first = scene.build("one");
    assert_eq!(first.hits, 0);
    for (name, out_dir) in [
        ("includes", "moved"),
        ("probe", "moved"),
        ("path_only", "the crate read no file of it"),
        ("leaves", "the crate did not compile with a copy of it"),
        ("unread", "the crate read no file of it"),
        ("macro_reads", "moved"),
        ("program", "a crate of the workspace, or by path"),
        ("build_script_build", ""),
        ("uses", ""),
    ] {
        assert_eq!(scene.out_dir_of(name).as_deref(), Some(out_dir), "{name}");
    }
    assert_right(&scene, "one", "first");

    let second = scene.build("two");
    assert_eq!(
        second,
        Counts {
            hits: SHARED,
            misses: UNSHARED + OWN
        },
        "{:?}",
        scene.compiled()
    );
    for (name, out_dir) in [
        ("path_only", "the crate reads no file of it"),
        ("unread", "the crate reads no file of it"),
        ("leaves", "the crate does not do with a copy of it"),
        ("macro_reads", "moved"),
    ] {
        assert_eq!(scene.out_dir_of(name).as_deref(), Some(out_dir), "{name}");
    }
    assert_right(&scene, "two", "first");

    for checkout in ["one", "two"] {
        assert_eq!(scene.build(checkout), Counts { hits: 0, misses: 0 });
        assert_eq!(
            scene.compiled(),
            Vec::<String>::new(),
            "nothing is built again in {checkout}"
        );
    }

    fs::remove_dir_all(scene.path("one")).unwrap();
    assert_right(&scene, "two", "first");
    scene.build("two");
    assert_eq!(scene.compiled(), Vec::<String>::new());
}

#[test]
fn another_checkout_hits_in_the_usual_layout() {
    another_checkout_hits(&[]);
}

#[test]
fn another_checkout_hits_in_the_new_layout() {
    another_checkout_hits(&["-Zbuild-dir-new-layout"]);
}

#[test]
fn another_checkout_hits_for_another_target() {
    let version = succeed(Command::new("rustc").arg("-vV")).stdout;
    let version = String::from_utf8(version).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Cargo keeps units for a target that is named apart, even where it is the host.
    let target: &'static str = format!("--target={host}").leak();
    another_checkout_hits(Box::leak(Box::new([target])));
}

#[test]
fn other_output_is_another_artifact() {
    let scene = Scene::new();
    scene.checkout("one");
    scene.checkout("two");
    scene.build("one");
    let other = scene.build_with("two", &[("WORD", "second")]);
    assert_eq!(other.hits, SHARED - 2, "all but `includes` and `uses`");
    assert_right(&scene, "two", "second");
    assert_right(&scene, "one", "first");

    // The same target directory, whose build script runs again.
    scene.build_with("one", &[("WORD", "second")]);
    assert_right(&scene, "one", "second");
    scene.build("one");
    assert_right(&scene, "one", "first");
}

#[test]
fn a_changed_copy_is_not_used() {
    let scene = Scene::new();
    scene.checkout("one");
    scene.checkout("two");
    scene.build("one");
    let copy = PathBuf::from(&scene.run("one")["includes_dir"]);
    assert!(copy.starts_with(scene.copies()));
    overwrite(&copy.join("generated.rs"), "pub const WORD: &str = \"wrong\";");
    scene.build("two");
    assert_right(&scene, "two", "first");
    assert_right(&scene, "one", "first");
}

#[test]
fn deleted_copies_are_made_anew() {
    let scene = Scene::new();
    scene.checkout("one");
    scene.build("one");
    scene.delete_copies();
    let again = scene.build("one");
    assert!(again.hits > 0, "cargo sees that the files are gone: {again:?}");
    assert_right(&scene, "one", "first");
    scene.build("one");
    assert_eq!(scene.compiled(), Vec::<String>::new());
}

/// A worktree that is gone leaves its copies to be removed; one that was built long ago and not since keeps them.
#[test]
fn old_copies_go_and_a_target_directory_keeps_its_own() {
    let scene = Scene::new();
    for (checkout, word) in [("gone", "first"), ("quiet", "second"), ("new", "third")] {
        scene.checkout(checkout);
        if checkout != "new" {
            scene.build_with(checkout, &[("WORD", word)]);
        }
    }
    let copy_of = |checkout: &str| PathBuf::from(&scene.run(checkout)["includes_dir"]);
    let (gone, quiet) = (copy_of("gone"), copy_of("quiet"));
    assert!(gone != quiet && gone.is_dir() && quiet.is_dir());
    fs::remove_dir_all(scene.path("gone")).unwrap();
    scene.age_copies();
    scene.build_with("new", &[("WORD", "third")]);
    assert!(!gone.exists(), "nobody names it");
    assert!(quiet.is_dir(), "a target directory names it");
    assert_right(&scene, "quiet", "second");
    scene.build_with("quiet", &[("WORD", "second")]);
    assert_eq!(scene.compiled(), Vec::<String>::new());
}

#[test]
fn two_cold_builds_at_once() {
    let scene = Scene::new();
    scene.checkout("one");
    scene.checkout("two");
    std::thread::scope(|scope| {
        for checkout in ["one", "two"] {
            let scene = &scene;
            scope.spawn(move || {
                let output = scene.try_build(checkout, &[]);
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            });
        }
    });
    assert_right(&scene, "one", "first");
    assert_right(&scene, "two", "first");
}

#[test]
fn switched_off_nothing_moves() {
    let scene = Scene::new();
    scene.checkout("one");
    scene.build_with("one", &[("SCCACHE_SHELL", "off")]);
    assert!(Path::new(&scene.run("one")["includes_dir"]).starts_with(scene.path("one/target")));
    assert!(!scene.copies().exists());
}

#[test]
fn without_a_place_for_copies_all_is_as_without_us() {
    let scene = Scene::new();
    scene.checkout("one");
    fs::write(scene.path("home/.cache"), "a file").unwrap();
    scene.build_with("one", &[("SCCACHE_DIR", scene.path("sccache").to_str().unwrap())]);
    assert!(Path::new(&scene.run("one")["includes_dir"]).starts_with(scene.path("one/target")));
    assert_right(&scene, "one", "first");
}

#[test]
fn an_error_is_said_once_and_where_cargo_put_the_file() {
    let scene = Scene::new();
    scene.checkout("one");
    let output = scene.try_build("one", &[("WORD", "mistaken")]);
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.matches("mismatched types").count(), 1, "{said}");
    assert!(said.contains("one/target/debug/build/includes-"), "{said}");
    assert!(!said.contains(".cache"), "{said}");
}

#[test]
fn a_warning_is_said() {
    let scene = Scene::new();
    scene.checkout("one");
    // Cargo shows a dependency's warnings when asked twice.
    let output = succeed(scene.cargo("one").args(["build", "--locked", "-vv"]));
    assert_eq!(scene.out_dir_of("includes").as_deref(), Some("moved"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.matches("function `never` is never used").count(), 1, "{said}");
}

#[test]
fn the_check_profile_and_documentation_work_alike() {
    let scene = Scene::new();
    scene.checkout("one");
    for command in ["check", "doc"] {
        succeed(scene.cargo("one").args([command, "--locked"]));
    }
    let _ = fs::remove_file(scene.path("trace"));
    succeed(scene.cargo("one").args(["check", "--locked"]));
    assert_eq!(scene.compiled(), Vec::<String>::new());
}
