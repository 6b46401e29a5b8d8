//! Wherever cargo keeps its units: both layouts, for another target, checked only, in a directory of their own.

use std::fs;

use crate::crates::{PRINTS, returns};
use crate::lab::{Ended, Lab};

/// Cargo's name for the host.
fn host(lab: &Lab) -> String {
    let version = Ended::of(lab.command("rustc", "").arg("-vV")).ok().stdout;
    version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap()
        .to_owned()
}

/// A library, what a script generates, and a run that names its OUT_DIR.
fn some_of_each(lab: &Lab) {
    lab.package("plain", &returns("plain")).publish();
    lab.generator("made").publish();
    let script = r#"
        fn main() {
            let out = std::env::var("OUT_DIR").unwrap();
            std::fs::write(format!("{out}/path"), &out).unwrap();
        }"#;
    lab.package(
        "names",
        "pub const PATH: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/path\"));",
    )
    .build_script(script)
    .publish();
    let main = "fn main() { println!(\"{} {} {}\", plain::name(), made::MADE, names::PATH); }";
    lab.app(&["plain = \"1\"", "made = \"1\"", "names = \"1\""], main);
}

#[test]
fn the_new_layout() {
    let mut lab = Lab::new();
    // As a nightly cargo would, on the one that is there.
    lab.set("RUSTC_BOOTSTRAP", "1");
    some_of_each(&lab);
    lab.build("a", &["-Zbuild-dir-new-layout"]);
    assert!(
        !lab.path("a/target/debug/.fingerprint").exists(),
        "this is the old layout"
    );
    lab.worktree("b");
    let output = lab.warmed("b");
    // plain, of made all three, of names the script.
    assert!(output.stdout.contains("copied 5 units"), "{output:?}");
    assert!(
        output.stdout.contains("name the worktree they were made in: names"),
        "{output:?}"
    );
    lab.build("b", &["-Zbuild-dir-new-layout"]).only(&["app", "names"]);
    assert!(lab.build("b", &["-Zbuild-dir-new-layout"]).compiled.is_empty());
    let says = Ended::of(&mut lab.command("target/debug/app", "b")).ok().stdout;
    let ours = lab.path("b/target").display().to_string();
    assert!(says.starts_with(&format!("plain made {ours}")), "{says}");
    // From there to the next, when the first is gone.
    lab.worktree("c");
    fs::remove_dir_all(lab.path("a/target")).unwrap();
    lab.warmed("c");
    lab.build("c", &["-Zbuild-dir-new-layout"]).only(&["app", "names"]);
}

/// Somebody switched cargos in between: one build directory, both layouts.
#[test]
fn both_layouts_side_by_side() {
    let mut lab = Lab::new();
    lab.set("RUSTC_BOOTSTRAP", "1");
    some_of_each(&lab);
    lab.build("a", &["-Zbuild-dir-new-layout"]);
    lab.build("a", &[]);
    lab.worktree("b");
    let output = lab.warmed("b");
    assert!(output.stdout.contains("copied 10 units"), "{output:?}");
    lab.build("b", &["-Zbuild-dir-new-layout"]).only(&["app", "names"]);
    lab.build("b", &[]).only(&["app", "names"]);
}

#[test]
fn a_layout_that_is_not_known_is_refused_in_one_line() {
    let lab = Lab::new();
    lab.package("plain", &returns("plain")).publish();
    lab.app(&["plain = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.worktree("b");
    let profile = lab.path("a/target/debug");
    for dir in fs::read_dir(profile.join(".fingerprint")).unwrap().flatten() {
        fs::create_dir_all(profile.join("build/01")).unwrap();
        fs::rename(dir.path(), profile.join("build/01").join(dir.file_name())).unwrap();
    }
    fs::remove_dir(profile.join(".fingerprint")).unwrap();
    let output = lab.warm("b", &[]);
    assert_eq!((output.code, output.stdout.as_str()), (Some(2), ""), "{output:?}");
    assert_eq!(output.stderr.lines().count(), 1, "{output:?}");
    assert!(
        output
            .stderr
            .contains("a/target/debug has a layout that this version does not know"),
        "{output:?}"
    );
    assert!(!lab.path("b/target").exists());
}

#[test]
fn for_another_target_and_checked_only() {
    let lab = Lab::new();
    some_of_each(&lab);
    let target = format!("--target={}", host(&lab));
    lab.build("a", &[&target]);
    Ended::of(lab.command("cargo", "a").arg("check")).ok();
    lab.worktree("b");
    lab.warmed("b");
    lab.build("b", &[&target]).only(&["app", "names"]);
    let check = Ended::of(lab.command("cargo", "b").args(["check", "-v"])).ok();
    assert!(
        check.stderr.contains("Fresh plain v1.0.0") && check.stderr.contains("Fresh made v1.0.0"),
        "{check:?}"
    );
}

#[test]
fn a_build_directory_of_its_own() {
    let lab = Lab::new();
    some_of_each(&lab);
    lab.write("a/.cargo/config.toml", "[build]\nbuild-dir = \"units\"\n");
    lab.write("a/.gitignore", "target\nunits\n");
    lab.commit("a");
    lab.build("a", &[]);
    lab.worktree("b");
    let output = lab.warmed("b");
    assert!(output.stdout.contains("b/units"), "{output:?}");
    assert!(!lab.path("b/target").exists());
    lab.build("b", &[]).only(&["app", "names"]);
}

/// What cargo gives a new directory it gives no more when one is there.
#[test]
fn backups_pass_it_over() {
    let lab = Lab::new();
    some_of_each(&lab);
    lab.build("a", &[]);
    lab.worktree("b");
    lab.warmed("b");
    assert_eq!(lab.read("b/target/CACHEDIR.TAG"), lab.read("a/target/CACHEDIR.TAG"));
}
