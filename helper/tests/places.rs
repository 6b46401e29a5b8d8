//! Where a workspace is: below the flake, in a submodule, in a worktree inside another one, in a Jujutsu workspace.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::path::Path;

use common::{Sandbox, main_that_prints};

const NOTHING: [&str; 0] = [];

fn manifest(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n")
}

fn text(sandbox: &Sandbox) -> String {
    String::from_utf8(sandbox.helper(&["check"]).stdout).unwrap()
}

/// A repository whose root holds no manifest, and a second worktree of it.
fn below() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("project/flake.nix", "{}");
    sandbox.write("project/.gitignore", "target\n.cargo\n");
    sandbox.write("project/backend/Cargo.toml", manifest("app"));
    sandbox.write("project/backend/src/main.rs", main_that_prints("A"));
    sandbox.second_worktree("other");
    sandbox
}

#[test]
fn a_workspace_below_the_flake() {
    let mut sandbox = below();
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(
        text(&sandbox).contains("project    backend\nworktrees  2; all crates can be shared"),
        "{}",
        text(&sandbox)
    );
    // What breaks the build there is seen from the root, at the door too.
    sandbox.write(
        "project/backend/.cargo/config.toml",
        "[build]\nrustc-wrapper = \"/nonexistent/sccache\"\n",
    );
    sandbox.unset("RUSTC_WRAPPER");
    let door = sandbox.helper(&["check", "--quiet"]).stdout;
    assert!(String::from_utf8_lossy(&door).contains("[wrapper-not-found]"));
    assert!(sandbox.finds("wrapper-not-found"));
    sandbox.set("RUSTC_WRAPPER", sandbox.path("libexec/sccache-shell/sccache"));
    // What two worktrees share there, too.
    let shared = format!("[build]\ntarget-dir = \"{}\"\n", sandbox.path("shared").display());
    for worktree in ["project", "other"] {
        sandbox.write(format!("{worktree}/backend/.cargo/config.toml"), &shared);
    }
    assert_eq!(sandbox.ids(), ["target-dir-shared"]);
    assert_eq!(sandbox.go("project/backend").ids(), ["target-dir-shared"]);
    assert_eq!(sandbox.go("other").ids(), ["target-dir-shared"]);
}

#[test]
fn several_workspaces_and_one_cause() {
    let sandbox = below();
    sandbox.write("project/tools/x/Cargo.toml", manifest("x"));
    sandbox.write("project/tools/x/src/main.rs", main_that_prints("A"));
    assert!(text(&sandbox).contains("project    tools/x\n"), "{}", text(&sandbox));
    fs::remove_file(sandbox.config()).unwrap();
    assert_eq!(sandbox.ids(), ["config-missing"], "once, not for each");
    sandbox.write("project/tools/x/.cargo/config.toml", "[env]\nSCCACHE_RECACHE = \"1\"\n");
    assert_eq!(
        sandbox.ids(),
        ["config-missing", "cache-bypassed"],
        "what cargo gives in one of them"
    );
}

#[test]
fn no_workspace_at_all() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(!text(&sandbox).contains("All is well"), "{}", text(&sandbox));
    sandbox.package("A");
    assert!(text(&sandbox).ends_with("All is well: sccache works here.\n"));
}

#[test]
fn not_well_beside_no_hit() {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/src/lib.rs", "");
    assert!(sandbox.cargo_builds());
    assert!(text(&sandbox).contains("Rust 0 %"), "{}", text(&sandbox));
    assert!(!text(&sandbox).contains("All is well"));
    fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    assert!(sandbox.cargo_builds());
    assert!(
        text(&sandbox).ends_with("All is well: sccache works here.\n"),
        "{}",
        text(&sandbox)
    );
}

#[test]
fn a_submodule_in_two_worktrees() {
    let mut sandbox = Sandbox::new();
    sandbox.write("code/Cargo.toml", manifest("app"));
    sandbox.write("code/src/main.rs", main_that_prints("A"));
    sandbox.git("code", &["init", "-q"]);
    sandbox.git("code", &["add", "-A"]);
    sandbox.git("code", &["commit", "-q", "-m", "x"]);
    let files = ["-c", "protocol.file.allow=always", "submodule", "-q"];
    sandbox.git("project", &["init", "-q"]);
    sandbox.git("project", &[&files[..], &["add", "../code", "code"]].concat());
    sandbox.git("project", &["commit", "-q", "-m", "x"]);
    let url = sandbox.path("code").display().to_string();
    sandbox.git("project", &["config", "-f", ".gitmodules", "submodule.code.url", &url]);
    sandbox.git("project", &["commit", "-q", "-a", "-m", "y"]);
    sandbox.second_worktree("other");
    sandbox.git("other", &[&files[..], &["update", "--init"]].concat());
    let shared = format!("[build]\ntarget-dir = \"{}\"\n", sandbox.path("shared").display());
    for worktree in ["project", "other"] {
        sandbox.write(format!("{worktree}/code/.cargo/config.toml"), &shared);
    }
    for dir in ["project", "project/code", "other", "other/code/src"] {
        assert_eq!(sandbox.go(dir).ids(), ["target-dir-shared"], "{dir}");
    }
}

#[test]
fn a_jujutsu_workspace() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    fs::create_dir_all(sandbox.path("project/.jj/repo/store")).unwrap();
    sandbox.write("ws/.jj/repo", "../../project/.jj/repo");
    sandbox.write("ws/Cargo.toml", manifest("app"));
    sandbox.write("ws/src/main.rs", main_that_prints("B"));
    assert_eq!(sandbox.go("ws").ids(), NOTHING);
    assert!(text(&sandbox).contains("worktrees  2"), "{}", text(&sandbox));
    sandbox.write(".cargo/config.toml", "[build]\ntarget-dir = \"shared\"\n");
    assert_eq!(sandbox.ids(), ["target-dir-shared"]);
}

/// Builds a crate in both, and says whether the second finds anything of the first.
fn shares(sandbox: &Sandbox, one: &Path, two: &Path) -> bool {
    for dir in [one, two] {
        sandbox.run(dir, "cargo", &["build", "-q", "--offline"]);
    }
    sandbox.hits() > 0
}

#[test]
fn a_nested_worktree_reads_both_files() {
    for (flags, is_joined) in [
        ("[\"-Cdebug-assertions=on\"]", true),
        ("\"-Cdebug-assertions=on\"", false),
    ] {
        let mut sandbox = Sandbox::new();
        sandbox.package("A");
        sandbox.write("project/src/lib.rs", "");
        sandbox.write("project/.gitignore", "target\n.trees\n");
        sandbox.write("project/.cargo/config.toml", format!("[build]\nrustflags = {flags}\n"));
        sandbox.second_worktree("project/.trees/x");
        let nested = sandbox.path("project/.trees/x");
        assert_eq!(
            shares(&sandbox, &sandbox.path("project"), &nested),
            !is_joined,
            "{flags}"
        );
        assert_eq!(sandbox.ids(), NOTHING);
        sandbox.go("project/.trees/x");
        assert_eq!(sandbox.finds("rustflags-joined"), is_joined, "{flags}");
        assert_eq!(text(&sandbox).contains("different rustflags"), is_joined, "{flags}");
        assert_eq!(
            text(&sandbox).contains("worktrees  2; none shares with this one"),
            is_joined,
            "{flags}"
        );
    }
}
