//! A worktree that has built something itself keeps it.

use crate::crates::{PRINTS, returns};
use crate::lab::Lab;

#[test]
fn a_unit_that_is_there_is_never_replaced() {
    let lab = Lab::new();
    lab.package("plain", &returns("plain")).publish();
    lab.package("other", "").publish();
    lab.app(&["other = \"1\"", "plain = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.worktree("b");
    lab.build("b", &["-p", "plain"]);
    let before: Vec<_> = lab
        .files("b/target")
        .into_iter()
        .filter(|path| path.to_string_lossy().contains("plain-"))
        .collect();
    let times = || {
        before
            .iter()
            .map(|path| lab.time(lab.path("b/target").join(path)))
            .collect::<Vec<_>>()
    };
    let were = times();
    assert!(before.len() > 4, "{before:?}");
    let output = lab.warmed("b");
    assert!(output.stdout.contains("copied 1 unit "), "{output:?}");
    assert!(output.stdout.contains("built here already: plain"), "{output:?}");
    assert_eq!(times(), were);
    lab.build("b", &[]).only(&["app"]);
}

/// What a unit was built on must come along: here a script writes something else each time, and cargo takes what
/// is newer for built on what is older.
#[test]
fn what_was_built_on_another_unit_is_left() {
    let lab = Lab::new();
    let script = r#"
        fn main() {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
            std::fs::write(std::env::var("OUT_DIR").unwrap() + "/now", now.to_string()).unwrap();
            println!("cargo:rerun-if-changed=build.rs");
        }"#;
    let lib = "pub const NOW: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/now\"));";
    lab.package("base", lib).build_script(script).publish();
    lab.package("uses", "pub const NOW: &str = base::NOW;")
        .needs("base")
        .publish();
    lab.package("other", "").publish();
    let deps = ["base = \"1\"", "other = \"1\"", "uses = \"1\""];
    lab.app(&deps, "fn main() { println!(\"{}\", base::NOW == uses::NOW); }");
    lab.worktree("b");
    lab.build("b", &["-p", "base"]);
    lab.build("a", &[]);
    let output = lab.warmed("b");
    assert!(output.stdout.contains("copied 1 unit "), "{output:?}");
    lab.build("b", &[]).only(&["app", "uses"]);
    assert_eq!(lab.says("b"), "true");
}

/// The second run has nothing to do, and takes what the first one copied for what it is.
#[test]
fn what_an_earlier_run_copied_counts() {
    let lab = Lab::new();
    lab.package("base", "").publish();
    lab.package("plain", &returns("plain")).needs("base").publish();
    lab.app(&["base = \"1\"", "plain = \"1\""], PRINTS);
    lab.build("a", &["-p", "base"]);
    lab.commit("a");
    lab.worktree("b");
    assert!(lab.warmed("b").stdout.contains("copied 1 unit "));
    lab.build("a", &[]);
    assert!(lab.warmed("b").stdout.contains("copied 1 unit "));
    let again = lab.warm("b", &[]).ok();
    assert!(
        again.stdout.starts_with("sccache-shell: nothing to gain: "),
        "{again:?}"
    );
    lab.build("b", &[]).only(&["app"]);
    assert_eq!(lab.says("b"), "plain");
}

/// A unit that was built twice since is not what its dependants were built on.
#[test]
fn what_is_stale_in_the_source_is_left() {
    let lab = Lab::new();
    let script = "fn main() { println!(\"cargo:rerun-if-env-changed=WHICH\"); \
        std::fs::write(std::env::var(\"OUT_DIR\").unwrap() + \"/which\", std::env::var(\"WHICH\").unwrap_or_default()).unwrap(); }";
    let lib = "pub fn name() -> &'static str { include_str!(concat!(env!(\"OUT_DIR\"), \"/which\")) }";
    let mut lab = lab;
    lab.package("base", lib).build_script(script).publish();
    lab.package("plain", "pub fn name() -> &'static str { base::name() }")
        .needs("base")
        .publish();
    lab.app(&["base = \"1\"", "plain = \"1\""], PRINTS);
    lab.set("WHICH", "one");
    lab.build("a", &[]);
    lab.commit("a");
    lab.set("WHICH", "two");
    lab.build("a", &["-p", "base"]);
    lab.worktree("b");
    let output = lab.warmed("b");
    assert!(output.stdout.contains("not up to date: plain"), "{output:?}");
    lab.build("b", &[]).only(&["app", "plain"]);
    assert_eq!(lab.says("b"), "two");
}
