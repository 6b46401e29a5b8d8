//! The checks that take a closer look, at target directories, lock files and other worktrees, as `check` does for a
//! person.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;

use common::Sandbox;
use serde_json::Value;

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

const NOTHING: [&str; 0] = [];

/// A package whose build script makes a static library that returns `value`, and links it as `kind`.
fn links_a_static_library(sandbox: &Sandbox, kind: &str, value: u8) {
    sandbox.write(
        "project/Cargo.toml",
        "[workspace]\nmembers = [\"n\", \"app\"]\nresolver = \"2\"\n",
    );
    let manifest = |name: &str, more: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{more}")
    };
    sandbox.write("project/n/Cargo.toml", manifest("n", ""));
    sandbox.write(
        "project/n/src/lib.rs",
        "extern \"C\" { fn v() -> i32; }\npub fn n() -> i32 { unsafe { v() } }\n",
    );
    sandbox.write("project/n/v.c", format!("int v(void) {{ return {value}; }}\n"));
    sandbox.write(
        "project/n/build.rs",
        format!(
            "use std::process::Command;\nfn main() {{\n\
             let out = std::env::var(\"OUT_DIR\").unwrap();\n\
             let run = |name: &str, args: &[&str]| assert!(Command::new(name).args(args).status().unwrap().success());\n\
             run(\"cc\", &[\"-c\", \"v.c\", \"-o\", &format!(\"{{out}}/v.o\")]);\n\
             let _ = std::fs::remove_file(format!(\"{{out}}/libv.a\"));\n\
             run(\"ar\", &[\"crs\", &format!(\"{{out}}/libv.a\"), &format!(\"{{out}}/v.o\")]);\n\
             println!(\"cargo:rustc-link-search=native={{out}}\");\n\
             println!(\"cargo:rustc-link-lib={kind}=v\");\n\
             println!(\"cargo:rerun-if-changed=v.c\");\n}}\n"
        ),
    );
    sandbox.write(
        "project/app/Cargo.toml",
        manifest("app", "[dependencies]\nn = { path = \"../n\" }\n"),
    );
    sandbox.write("project/app/src/main.rs", "fn main() { println!(\"{}\", n::n()); }\n");
}

/// What the program prints when the C code changed and everything is built anew.
fn after_a_change_in_c(sandbox: &Sandbox, kind: &str) -> String {
    let mut printed = String::new();
    for value in [1, 2] {
        links_a_static_library(sandbox, kind, value);
        let _ = fs::remove_dir_all(sandbox.path("project/target"));
        sandbox.run("project", "cargo", &["build", "-q", "--offline"]);
        printed = sandbox.run("project", sandbox.path("project/target/debug/app"), &[]);
    }
    printed
}

#[test]
fn static_lib_modifiers_unhashed() {
    let mut sandbox = Sandbox::new();
    assert_eq!(after_a_change_in_c(&sandbox, "static:+whole-archive"), "2\n");
    assert_eq!(sandbox.ids(), NOTHING, "behind our wrapper");
    sandbox.go_past_the_wrapper();
    assert_eq!(
        after_a_change_in_c(&sandbox, "static:+whole-archive"),
        "1\n",
        "mended upstream?"
    );
    let finding = sandbox.finding("static-lib-modifiers-unhashed");
    assert!(
        what(&finding).starts_with("n links `static:+whole-archive=v`"),
        "{finding}"
    );
    assert!(
        sandbox.helper(&["check", "--quiet"]).stdout.is_empty(),
        "no time for that at the door"
    );
    for kind in ["static", "static:-bundle"] {
        assert_eq!(after_a_change_in_c(&sandbox, kind), "2\n", "{kind}");
        assert!(!sandbox.finds("static-lib-modifiers-unhashed"), "{kind}");
    }
}

#[test]
fn rustc_toolchain_differs() {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    let other = sandbox.second_worktree("other");
    for dir in ["project", "other"] {
        sandbox.run(dir, "cargo", &["build", "-q", "--offline"]);
    }
    assert!(!sandbox.finds("rustc-toolchain-differs"));
    // As another toolchain leaves it; there is but one where the tests run.
    let info = other.join("target/.rustc_info.json");
    let text = fs::read_to_string(&info).unwrap();
    let mine = sandbox.run("project", "rustc", &["--version"]);
    let mine = mine.trim().strip_prefix("rustc ").unwrap();
    assert!(text.contains(mine), "{text}");
    fs::write(&info, text.replace(mine, "1.80.0 (051478957 2024-07-21)")).unwrap();
    let finding = sandbox.finding("rustc-toolchain-differs");
    let expected = format!("rustc {mine}, {} by 1.80.0 (051478957 2024-07-21)", other.display());
    assert!(what(&finding).contains(&expected), "{finding}");
}

#[test]
fn cmake_not_wrapped() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.write(
        "project/Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"cmake\"\nversion = \"0.1.54\"\n",
    );
    let finding = sandbox.finding("cmake-not-wrapped");
    assert!(
        what(&finding).contains("a dependency that builds with CMake"),
        "{finding}"
    );
    sandbox.mend("cmake-not-wrapped");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox
        .unset("CMAKE_C_COMPILER_LAUNCHER")
        .unset("CMAKE_CXX_COMPILER_LAUNCHER");
    fs::remove_file(sandbox.path("project/Cargo.lock")).unwrap();
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.write(
        "project/CMakeLists.txt",
        "cmake_minimum_required(VERSION 3.17)\nproject(x C)\nadd_library(x x.c)\n",
    );
    sandbox.write("project/x.c", "int x;\n");
    let built = |sandbox: &Sandbox| {
        let _ = fs::remove_dir_all(sandbox.path("b"));
        sandbox.run("project", "cmake", &["-S", ".", "-B", "../b"]);
        sandbox.run("project", "cmake", &["--build", "../b"]);
        sandbox.running_stat("requests_executed")
    };
    assert_eq!(built(&sandbox), 0, "past sccache");
    sandbox.mend("cmake-not-wrapped");
    assert!(built(&sandbox) > 0);
}

#[test]
fn basedirs_missing_worktree() {
    let mut sandbox = Sandbox::new();
    let other = sandbox.second_worktree("other");
    let root = sandbox.path("project").display().to_string();
    let config = |dirs: &[&str]| {
        let text = format!(
            "basedirs = {dirs:?}\n[cache.disk]\nsize = \"24G\"\n[cache.disk.preprocessor_cache_mode]\nuse_preprocessor_cache_mode = false\n"
        );
        sandbox.write("home/.config/sccache/config", text);
    };
    config(&[&root]);
    for dir in ["project", "other"] {
        // As assert does.
        sandbox.write(format!("{dir}/x.c"), "const char *file = __FILE__;\n");
    }
    // By its whole path, as CMake and cargo's build scripts name sources.
    let compile = |dir: &str| {
        let source = sandbox.path(dir).join("x.c").display().to_string();
        sandbox.run(dir, common::real_sccache(), &["cc", "-c", &source, "-o", "x.o"])
    };
    compile("project");
    compile("other");
    assert_eq!(sandbox.hits(), 0, "it is as the check says");
    let finding = sandbox.finding("basedirs-missing-worktree");
    assert!(
        what(&finding).contains(&format!("leave out the worktree {}", other.display())),
        "{finding}"
    );
    sandbox.sccache().arg("--stop-server").output().unwrap();
    config(&[sandbox.path("").to_str().unwrap()]);
    compile("project");
    compile("other");
    assert_eq!(sandbox.hits(), 0, "a directory around both does not do");
    assert!(sandbox.finds("basedirs-missing-worktree"));
    sandbox.sccache().arg("--stop-server").output().unwrap();
    config(&[&root, other.to_str().unwrap()]);
    assert!(!sandbox.finds("basedirs-missing-worktree"));
    compile("project");
    compile("other");
    assert!(sandbox.hits() > 0);
    sandbox.unset("SCCACHE_BASEDIRS");
}
