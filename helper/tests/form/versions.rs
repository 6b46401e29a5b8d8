//! Compiles in normal form with different versions of sccache.

use std::fs;

use crate::support::{Sandbox, main_that_prints, older_sccache, real_sccache, succeeds};

/// In either order: a second worktree runs its own program, and its dep-info has its own sources.
#[test]
fn a_server_of_a_different_version() {
    let Some(old) = older_sccache("0.17") else { return };
    let new = real_sccache();
    for (client, server) in [(&new, &old), (&old, &new)] {
        let sandbox = Sandbox::with_sccache(client);
        succeeds(sandbox.command(server).arg("--start-server"));
        sandbox.package("one");
        sandbox.second_worktree("second");
        let run = |dir: &str| {
            sandbox.run(dir, "cargo", &["build", "--offline", "--quiet"]);
            sandbox.run(dir, sandbox.path(dir).join("target/debug/app"), &[])
        };
        assert_eq!((run("project"), run("second")), ("one\n".into(), "one\n".into()));
        assert_eq!(sandbox.hits(), 1, "in the second worktree");
        let dep_info = fs::read_to_string(sandbox.path("second/target/debug/app.d")).unwrap();
        assert!(!dep_info.contains("/project/"), "{dep_info}");
        sandbox.write("second/src/main.rs", main_that_prints("two"));
        assert_eq!(run("second"), "two\n");
    }
}
