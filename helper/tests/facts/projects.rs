//! Where a workspace is: below the flake, in a submodule, in a Jujutsu workspace.

use std::fs;

use crate::support::{NOTHING, Sandbox, main_that_prints, manifest};

/// A repository with no manifest in its root, and a second worktree of it.
fn below() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("project/flake.nix", "{}");
    sandbox.write("project/.gitignore", "target\n.cargo\n");
    sandbox.write("project/backend/Cargo.toml", manifest("app", ""));
    sandbox.write("project/backend/src/main.rs", main_that_prints("A"));
    sandbox.second_worktree("other");
    sandbox
}

#[test]
fn a_workspace_below_the_flake() {
    let mut sandbox = below();
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(
        sandbox
            .prints(&["check"])
            .contains("project    backend\nworktrees  2; all crates can be shared"),
        "{}",
        sandbox.prints(&["check"])
    );
    // What breaks the build there is found from the root, by the hook too.
    sandbox.write(
        "project/backend/.cargo/config.toml",
        "[build]\nrustc-wrapper = \"/nonexistent/sccache\"\n",
    );
    sandbox.unset("RUSTC_WRAPPER");
    let door = sandbox.helper(&["check", "--quiet"]).stdout;
    assert!(String::from_utf8_lossy(&door).contains("[wrapper-not-found]"));
    assert!(sandbox.finds("wrapper-not-found"));
    sandbox.set("RUSTC_WRAPPER", sandbox.path("libexec/sccache-shell/sccache"));
    // So is a target directory that two worktrees share there.
    let shared = format!("[build]\ntarget-dir = \"{}\"\n", sandbox.path("shared").display());
    for worktree in ["project", "other"] {
        sandbox.write(format!("{worktree}/backend/.cargo/config.toml"), &shared);
    }
    assert_eq!(sandbox.ids(), ["target-dir-shared"]);
    assert_eq!(sandbox.go("project/backend").ids(), ["target-dir-shared"]);
    assert_eq!(sandbox.go("other").ids(), ["target-dir-shared"]);
}

#[test]
fn one_cause_in_several_workspaces() {
    let sandbox = below();
    sandbox.write("project/tools/x/Cargo.toml", manifest("x", ""));
    sandbox.write("project/tools/x/src/main.rs", main_that_prints("A"));
    assert!(
        sandbox.prints(&["check"]).contains("project    tools/x\n"),
        "{}",
        sandbox.prints(&["check"])
    );
    fs::remove_file(sandbox.config()).unwrap();
    assert_eq!(sandbox.ids(), ["config-missing"], "once, not for each workspace");
    sandbox.write("project/tools/x/.cargo/config.toml", "[env]\nSCCACHE_RECACHE = \"1\"\n");
    assert_eq!(
        sandbox.ids(),
        ["config-missing", "cache-bypassed"],
        "one workspace has it in cargo's `[env]`"
    );
}

#[test]
fn no_workspace_at_all() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(
        !sandbox.prints(&["check"]).contains("All is well"),
        "{}",
        sandbox.prints(&["check"])
    );
    sandbox.package("A");
    assert!(
        sandbox
            .prints(&["check"])
            .ends_with("All is well: sccache works here.\n")
    );
}

#[test]
fn not_all_well_without_a_hit() {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/src/lib.rs", "");
    assert!(sandbox.cargo_builds());
    assert!(
        sandbox.prints(&["check"]).contains("Rust 0 %"),
        "{}",
        sandbox.prints(&["check"])
    );
    assert!(!sandbox.prints(&["check"]).contains("All is well"));
    fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    assert!(sandbox.cargo_builds());
    assert!(
        sandbox
            .prints(&["check"])
            .ends_with("All is well: sccache works here.\n"),
        "{}",
        sandbox.prints(&["check"])
    );
    assert!(sandbox.compiles_c());
    let text = sandbox.prints(&["check"]);
    assert!(
        text.contains("C/C++ 0 % (0 of 1)") && !text.contains("All is well"),
        "{text}"
    );
}

#[test]
fn a_submodule_in_two_worktrees() {
    let mut sandbox = Sandbox::new();
    sandbox.write("code/Cargo.toml", manifest("app", ""));
    sandbox.write("code/src/main.rs", main_that_prints("A"));
    sandbox.commit_all("code");
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
    sandbox.write("ws/Cargo.toml", manifest("app", ""));
    sandbox.write("ws/src/main.rs", main_that_prints("B"));
    assert_eq!(sandbox.go("ws").ids(), NOTHING);
    assert!(
        sandbox.prints(&["check"]).contains("worktrees  2"),
        "{}",
        sandbox.prints(&["check"])
    );
    sandbox.write(".cargo/config.toml", "[build]\ntarget-dir = \"shared\"\n");
    assert_eq!(sandbox.ids(), ["target-dir-shared"]);
}
