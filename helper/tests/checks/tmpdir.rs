//! Temporary directories: the shell's and the server's.

use std::fs;
use std::path::PathBuf;

use crate::support::{NOTHING, Sandbox, real_sccache, what};

#[test]
fn tmpdir_unusable() {
    let mut sandbox = Sandbox::new();
    let file = sandbox.write("file", "");
    for bad in [PathBuf::new(), "relative".into(), "/nonexistent".into(), file] {
        sandbox.set("TMPDIR", &bad);
        let finding = sandbox.finding("tmpdir-unusable");
        // With our wrapper it is only a note, because the wrapper replaces it.
        assert_eq!(finding["severity"], "info", "{finding}");
        sandbox.set("RUSTC_WRAPPER", real_sccache());
        let finding = sandbox.finding("tmpdir-unusable");
        assert_eq!(finding["severity"], "error", "{finding}");
        // An empty one means the working directory, which is `/` for a server: root may write there.
        assert!(bad.as_os_str().is_empty() || !sandbox.compiles_c(), "{}", bad.display());
        sandbox.set("RUSTC_WRAPPER", sandbox.path("libexec/sccache-shell/sccache"));
    }
    sandbox.fix("tmpdir-unusable");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn tmpdir_unusable_because_it_is_long() {
    let mut sandbox = Sandbox::new();
    let long = sandbox.path("x".repeat(200));
    fs::create_dir(&long).unwrap();
    sandbox.set("TMPDIR", &long);
    sandbox.set("RUSTC_WRAPPER", real_sccache());
    let finding = sandbox.finding("tmpdir-unusable");
    assert_eq!(finding["severity"], "error");
    // The real sccache cannot start a server there.
    assert!(
        !sandbox
            .sccache()
            .arg("--start-server")
            .output()
            .unwrap()
            .status
            .success()
    );
    sandbox.fix("tmpdir-unusable");
    // Plain sccache as the wrapper made it an error.
    assert_eq!(sandbox.ids(), ["wrapper-shadowed"]);
}

#[test]
fn server_tmpdir_gone() {
    let mut sandbox = Sandbox::new();
    let tmp = sandbox.path("nix-shell.aB3dE6");
    fs::create_dir(&tmp).unwrap();
    sandbox.set("TMPDIR", &tmp);
    let pid = sandbox.start_server();
    fs::remove_dir_all(&tmp).unwrap();
    sandbox.set("TMPDIR", "/var/tmp");
    let finding = sandbox.finding("server-tmpdir-gone");
    assert!(
        what(&finding).contains(&format!("(pid {pid}) uses TMPDIR {}, which was deleted", tmp.display())),
        "{finding}"
    );
    assert!(!sandbox.compiles_c(), "the finding is right");
    sandbox.fix("server-tmpdir-gone");
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn server_tmpdir_ephemeral() {
    let mut sandbox = Sandbox::new();
    let tmp = sandbox.path("nix-shell.aB3dE6");
    fs::create_dir(&tmp).unwrap();
    sandbox.set("TMPDIR", &tmp);
    sandbox.start_server();
    sandbox.set("TMPDIR", "/var/tmp");
    assert_eq!(sandbox.ids(), ["server-tmpdir-ephemeral"]);
    fs::remove_dir(&tmp).unwrap();
    assert_eq!(sandbox.ids(), ["server-tmpdir-gone"]);
    fs::create_dir(&tmp).unwrap();
    sandbox.fix("server-tmpdir-ephemeral");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn server_tmpdir_in_a_worktree() {
    let mut sandbox = Sandbox::new();
    sandbox.git("project", &["init", "-q"]);
    let tmp = sandbox.path("project/tmp");
    fs::create_dir(&tmp).unwrap();
    sandbox.set("TMPDIR", &tmp);
    sandbox.start_server();
    assert!(what(&sandbox.finding("server-tmpdir-ephemeral")).contains("vanishes with this worktree"));
    // A home that is a git repository is not removed as a worktree is.
    sandbox.set("HOME", sandbox.path("project/home"));
    assert!(!sandbox.finds("server-tmpdir-ephemeral"));
}
