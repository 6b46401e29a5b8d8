//! A target or build directory that several worktrees use: cargo runs the other worktree's program.

use std::fs;
use std::path::Path;

use crate::support::{NOTHING, Sandbox, main_that_prints, make_older, what};

/// A package in two worktrees with different code, the second checked out before the first is built.
fn two_branches() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.package("A");
    let other = sandbox.second_worktree("other");
    fs::write(other.join("src/main.rs"), main_that_prints("B")).unwrap();
    make_older(&other.join("src/main.rs"));
    sandbox
}

/// Builds in both, and returns what the second one's program prints.
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
        "the program of the other worktree"
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
    assert_eq!(sandbox.ids(), NOTHING);
    assert_eq!(second_program(&sandbox, &sandbox.path("other/target")), "B\n");
}

#[test]
fn target_dir_shared_by_a_variable() {
    let mut sandbox = two_branches();
    let shared = sandbox.path("shared");
    sandbox.set("CARGO_TARGET_DIR", &shared);
    let finding = sandbox.finding("target-dir-shared");
    assert_eq!(finding["severity"], "warning", "nothing is built yet: {finding}");
    assert_eq!(second_program(&sandbox, &shared), "A\n");
    // In the first worktree, after the build in the second one.
    let finding = sandbox.finding("target-dir-shared");
    assert_eq!(finding["severity"], "error");
    let built = "(CARGO_TARGET_DIR) was built into from the worktree";
    assert!(what(&finding).contains(built), "{finding}");
    // A different directory for each worktree.
    sandbox.set("CARGO_TARGET_DIR", sandbox.path("targets/project-0"));
    assert!(!sandbox.finds("target-dir-shared"));
    sandbox.set("CARGO_TARGET_DIR", &shared);
    sandbox.fix("target-dir-shared");
    assert_eq!(sandbox.ids(), NOTHING);
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
        assert_eq!(
            finding["severity"], "error",
            "both worktrees were built there: {finding}"
        );
        assert_eq!(finding["fix"]["run"], "unset CARGO_BUILD_BUILD_DIR");
    }
    sandbox.set("CARGO_BUILD_BUILD_DIR", "{cargo-cache-home}/x/{workspace-path-hash}");
    assert!(!sandbox.finds("target-dir-shared"));
}

#[test]
fn target_dir_of_this_worktree_used_by_a_second() {
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
    assert_eq!(sandbox.go("project").ids(), NOTHING);
    // By the second one's configuration.
    let config = sandbox.write(
        "other/.cargo/config.toml",
        "[build]\ntarget-dir = \"../project/target\"\n",
    );
    let line = format!(
        "remove the line {}:2, or name a directory inside that worktree",
        config.display()
    );
    assert_eq!(sandbox.finding("target-dir-shared")["fix"]["do"], line);
    fs::remove_file(config).unwrap();
    // By a variable of the second one's shell.
    sandbox.set("CARGO_TARGET_DIR", sandbox.path("project/target"));
    assert_eq!(second_program(&sandbox, &sandbox.path("project/target")), "A\n");
    sandbox.unset("CARGO_TARGET_DIR");
    let finding = sandbox.finding("target-dir-shared");
    assert!(what(&finding).contains("was built into from the worktree"), "{finding}");
    assert!(
        finding["fix"]["do"].as_str().unwrap().ends_with("here: cargo clean"),
        "{finding}"
    );
    sandbox.run("project", "cargo", &["clean", "-q"]);
    assert_eq!(sandbox.ids(), NOTHING);
    // A nested worktree. The configuration file is not committed, so the worktree has none of its own.
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
    assert_eq!(sandbox.ids(), NOTHING);
    assert_eq!(sandbox.go("other").ids(), NOTHING);
}

#[test]
fn target_dirs_that_are_not_shared() {
    let mut sandbox = two_branches();
    // Outside, but a different one for each worktree.
    sandbox.write("project/.cargo/config.toml", "[build]\ntarget-dir = \"../built/a\"\n");
    sandbox.write("other/.cargo/config.toml", "[build]\ntarget-dir = \"../built/b\"\n");
    assert_eq!(second_program(&sandbox, &sandbox.path("built/b")), "B\n");
    assert_eq!(sandbox.ids(), NOTHING);
    assert_eq!(sandbox.go("other").ids(), NOTHING);
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
