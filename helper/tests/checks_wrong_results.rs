//! The checks for silent wrong results: each cause made on the real sccache and cargo, and the wrong result seen,
//! before the check is asked.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use common::{Sandbox, main_that_prints, older_sccache};
use serde_json::Value;

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

/// sccache's preprocessor mode trusts no file that changed within the same second, and cargo compares times.
fn make_older(path: &Path) {
    let file = fs::File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_secs(120)).unwrap();
}

/// Two worktrees that differ in a header alone.
fn c_sources(sandbox: &Sandbox) -> [PathBuf; 2] {
    ["a", "b"].map(|name| {
        let source = sandbox.write(
            format!("{name}/v.c"),
            "#include \"inc/v.h\"\nint v(void) { return V; }\n",
        );
        let header = sandbox.write(format!("{name}/inc/v.h"), format!("#define V \"{name}\"[0]\n"));
        make_older(&source);
        make_older(&header);
        sandbox.path(name)
    })
}

/// Whether the second worktree gets the first one's object.
fn gets_the_others_object(sandbox: &Sandbox) -> bool {
    let objects = c_sources(sandbox).map(|dir| {
        let mut compile = sandbox.sccache();
        compile.current_dir(&dir).args(["gcc", "-I.", "-c", "v.c", "-o", "v.o"]);
        let output = compile.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        fs::read(dir.join("v.o")).unwrap()
    });
    objects[0] == objects[1]
}

fn basedirs_direct_mode(sccache: &Path) {
    let mut sandbox = Sandbox::with_sccache(sccache);
    let roots = format!("{}:{}", sandbox.path("a").display(), sandbox.path("b").display());
    sandbox.set("SCCACHE_BASEDIRS", roots);
    assert!(
        gets_the_others_object(&sandbox),
        "mended upstream? then the check needs a last version"
    );

    // The server runs by now: both it and the next one are wrong.
    assert_eq!(sandbox.ids(), ["basedirs-direct-mode", "basedirs-direct-mode"]);
    let finding = sandbox.finding("basedirs-direct-mode");
    assert!(
        what(&finding).starts_with("the next sccache server has basedirs"),
        "{finding}"
    );
    sandbox.mend("basedirs-direct-mode");
    let finding = sandbox.finding("basedirs-direct-mode");
    assert!(what(&finding).starts_with("the running sccache server"), "{finding}");
    sandbox.mend("basedirs-direct-mode");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    assert!(fs::read_to_string(sandbox.config()).unwrap().contains("size = \"24G\""));
    assert!(!gets_the_others_object(&sandbox));
}

#[test]
fn basedirs_direct_mode_now() {
    basedirs_direct_mode(&common::real_sccache());
}

#[test]
fn basedirs_direct_mode_in_0_17() {
    if let Some(sccache) = older_sccache("0.17") {
        basedirs_direct_mode(&sccache);
    }
}

#[test]
fn basedirs_direct_mode_where_the_environment_decides() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_BASEDIRS", sandbox.path("a"));
    sandbox.set("SCCACHE_DIR", sandbox.path("cache"));
    sandbox.set("SCCACHE_CACHE_SIZE", "24G");
    sandbox.mend("basedirs-direct-mode");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    sandbox.unset("SCCACHE_BASEDIRS").unset("SCCACHE_DIRECT");
    assert_eq!(sandbox.ids(), Vec::<String>::new(), "preprocessor mode alone is right");
}

/// A package in two worktrees with other code in each, the second checked out before the first is built.
fn two_branches() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    let other = sandbox.second_worktree("other");
    fs::write(other.join("src/main.rs"), main_that_prints("B")).unwrap();
    make_older(&other.join("src/main.rs"));
    sandbox
}

/// Builds in both, and says what the second one's program prints.
fn second_program(sandbox: &Sandbox, target: &Path) -> String {
    for dir in ["project", "other"] {
        sandbox.run(dir, "cargo", &["build", "-q", "--offline"]);
    }
    sandbox.run("other", target.join("debug/app"), &[])
}

#[test]
fn target_dir_shared_by_a_config_above() {
    let mut sandbox = two_branches();
    let config = sandbox.write(".cargo/config.toml", "[build]\ntarget-dir = \"shared\"\n");
    assert_eq!(
        second_program(&sandbox, &sandbox.path("shared")),
        "A\n",
        "not B: that is the trap"
    );
    let finding = sandbox.finding("target-dir-shared");
    let origin = format!(
        "({}:2) is also the worktree {}'s",
        config.display(),
        sandbox.path("other").display()
    );
    assert!(what(&finding).contains(&origin), "{finding}");
    assert_eq!(sandbox.ids(), ["target-dir-shared"]);
    assert_eq!(sandbox.go("other").ids(), ["target-dir-shared"]);

    fs::remove_file(config).unwrap();
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    assert_eq!(second_program(&sandbox, &sandbox.path("other/target")), "B\n");
}

#[test]
fn target_dir_shared_by_a_variable() {
    let mut sandbox = two_branches();
    let shared = sandbox.path("shared");
    sandbox.set("CARGO_TARGET_DIR", &shared);
    let finding = sandbox.finding("target-dir-shared");
    assert_eq!(finding["severity"], "warning", "nobody has built yet: {finding}");
    assert_eq!(second_program(&sandbox, &shared), "A\n");
    // Seen from the first one: the second was the last to build.
    let finding = sandbox.finding("target-dir-shared");
    assert_eq!(finding["severity"], "error");
    let built = "(CARGO_TARGET_DIR) was built into from the worktree";
    assert!(what(&finding).contains(built), "{finding}");
    // A name of its own for each worktree.
    sandbox.set("CARGO_TARGET_DIR", sandbox.path("targets/project-0"));
    assert!(!sandbox.finds("target-dir-shared"));
    sandbox.set("CARGO_TARGET_DIR", &shared);
    sandbox.mend("target-dir-shared");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    assert_eq!(second_program(&sandbox, &sandbox.path("other/target")), "B\n");
}

#[test]
fn build_dir_shared_by_a_variable() {
    let mut sandbox = two_branches();
    let shared = sandbox.path("shared");
    sandbox.set("CARGO_BUILD_BUILD_DIR", &shared);
    assert_eq!(sandbox.finding("target-dir-shared")["severity"], "warning");
    assert_eq!(second_program(&sandbox, &sandbox.path("other/target")), "A\n");
    for dir in ["project", "other"] {
        let finding = sandbox.go(dir).finding("target-dir-shared");
        assert_eq!(finding["severity"], "error", "each has a program from there: {finding}");
        assert_eq!(finding["fix"]["run"], "unset CARGO_BUILD_BUILD_DIR");
    }
    sandbox.set("CARGO_BUILD_BUILD_DIR", "{cargo-cache-home}/x/{workspace-path-hash}");
    assert!(!sandbox.finds("target-dir-shared"));
}

#[test]
fn target_dir_of_this_worktree_that_another_uses() {
    let mut sandbox = two_branches();
    let link = sandbox.path("other/target");
    std::os::unix::fs::symlink(sandbox.path("project/target"), &link).unwrap();
    fs::create_dir_all(sandbox.path("project/target")).unwrap();
    let finding = sandbox.finding("target-dir-shared");
    assert!(what(&finding).contains("is also the worktree"));
    assert_eq!(
        finding["fix"]["do"],
        format!("replace the link {} by a directory", link.display())
    );
    assert!(what(&sandbox.go("other").finding("target-dir-shared")).contains("is also the worktree"));
    fs::remove_file(link).unwrap();
    assert_eq!(sandbox.go("project").ids(), Vec::<String>::new());
    // Nested, below a file that no branch has: it counts from where it lies.
    let nested = sandbox.path("project/.trees/nested");
    sandbox.git("project", &["worktree", "add", "-q", nested.to_str().unwrap()]);
    sandbox.write("project/.cargo/config.toml", "[build]\ntarget-dir = \"target\"\n");
    assert!(what(&sandbox.finding("target-dir-shared")).contains("nested"));
    assert!(sandbox.go("project/.trees/nested").finds("target-dir-shared"));
}

#[test]
fn the_last_of_many_worktrees() {
    let mut sandbox = two_branches();
    for n in 10..30 {
        sandbox.second_worktree(&format!("w{n}"));
    }
    let shared = format!("[build]\ntarget-dir = \"{}\"\n", sandbox.path("shared").display());
    for name in ["w28", "w29"] {
        sandbox.write(format!("{name}/.cargo/config.toml"), &shared);
    }
    assert!(what(&sandbox.go("w29").finding("target-dir-shared")).contains("w28"));
    assert!(!sandbox.go("w10").finds("target-dir-shared"));
}

#[test]
fn build_dir_shared() {
    let mut sandbox = two_branches();
    let config = sandbox.write(".cargo/config.toml", "[build]\nbuild-dir = \"units\"\n");
    assert_eq!(second_program(&sandbox, &sandbox.path("other/target")), "A\n");
    assert!(what(&sandbox.finding("target-dir-shared")).contains("units"));
    fs::write(config, "[build]\nbuild-dir = \"units/{workspace-path-hash}\"\n").unwrap();
    assert_eq!(second_program(&sandbox, &sandbox.path("other/target")), "B\n");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    assert_eq!(sandbox.go("other").ids(), Vec::<String>::new());
}

#[test]
fn target_dirs_that_are_not_shared() {
    let mut sandbox = two_branches();
    // Elsewhere, but each worktree its own.
    sandbox.write("project/.cargo/config.toml", "[build]\ntarget-dir = \"../built/a\"\n");
    sandbox.write("other/.cargo/config.toml", "[build]\ntarget-dir = \"../built/b\"\n");
    assert_eq!(second_program(&sandbox, &sandbox.path("built/b")), "B\n");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    assert_eq!(sandbox.go("other").ids(), Vec::<String>::new());
}

#[test]
fn target_links_to_one_directory() {
    let sandbox = two_branches();
    fs::create_dir(sandbox.path("shared")).unwrap();
    for dir in ["project", "other"] {
        std::os::unix::fs::symlink(sandbox.path("shared"), sandbox.path(dir).join("target")).unwrap();
    }
    assert_eq!(second_program(&sandbox, &sandbox.path("shared")), "A\n");
    assert!(
        sandbox.finding("target-dir-shared")["fix"]["do"]
            .as_str()
            .unwrap()
            .contains("replace the link")
    );
}

#[test]
fn version_too_old_for_sharing() {
    let Some(older) = older_sccache("0.17") else { return };
    for (sccache, is_old) in [(older, true), (common::real_sccache(), false)] {
        let mut sandbox = Sandbox::with_sccache(&sccache);
        sandbox.write("project/x", "");
        sandbox.second_worktree("other");
        assert!(!sandbox.finds("version-too-old-for-sharing"), "behind our wrapper");
        sandbox.go_past_the_wrapper();
        assert_eq!(
            sandbox.ids().contains(&"version-too-old-for-sharing".to_owned()),
            is_old
        );
        assert_eq!(names_the_other_worktree(&sandbox), is_old);
    }
}

/// Compiles one crate into two target directories, as two worktrees do, and looks whose paths the second one's
/// dep-info has.
fn names_the_other_worktree(sandbox: &Sandbox) -> bool {
    let rustc = sandbox.run("project", "rustc", &["--print", "sysroot"]);
    let rustc = PathBuf::from(rustc.trim()).join("bin/rustc");
    sandbox.write("project/l.rs", "pub fn l() {}\n");
    let mut dep_info = String::new();
    for name in ["a", "b"] {
        let out = sandbox.path(name);
        fs::create_dir_all(&out).unwrap();
        let mut compile = sandbox.sccache();
        compile
            .arg(&rustc)
            .args(["--crate-name", "l", "l.rs", "--crate-type", "lib"]);
        compile
            .args(["--emit=dep-info,metadata,link", "-C", "metadata=1", "--out-dir"])
            .arg(&out);
        let output = compile.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        dep_info = fs::read_to_string(out.join("l.d")).unwrap();
    }
    dep_info.contains(&format!("{}/", sandbox.path("a").display()))
}

#[test]
fn native_cpu_remote() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write(
        "project/.cargo/config.toml",
        "[build]\nrustflags = [\"-C\", \"target-cpu=native\"]\n",
    );
    assert!(!sandbox.finds("native-cpu-remote"), "a cache of this machine's own");
    sandbox.set("SCCACHE_WEBDAV_ENDPOINT", "http://127.0.0.1:1/");
    let finding = sandbox.finding("native-cpu-remote");
    assert!(
        what(&finding).contains(".cargo/config.toml:2") && what(&finding).contains("webdav"),
        "{finding}"
    );
    sandbox.write(
        "project/.cargo/config.toml",
        "[build]\nrustflags = [\"-Ctarget-cpu=x86-64-v2\"]\n",
    );
    assert!(!sandbox.finds("native-cpu-remote"));
    sandbox.set("CFLAGS_x86_64_unknown_linux_gnu", "-O2 -march=native");
    assert!(what(&sandbox.finding("native-cpu-remote")).contains("CFLAGS_x86_64_unknown_linux_gnu"));
    // The word is in sccache's key as it stands, not what it means here.
    sandbox.unset("SCCACHE_WEBDAV_ENDPOINT");
    assert!(!sandbox.finds("native-cpu-remote"));
}
