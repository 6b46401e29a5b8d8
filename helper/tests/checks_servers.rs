//! The checks for servers that are not what this shell expects: another user's, in a container, too old, about to
//! lose something.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{HELPER, Sandbox, older_sccache};
use serde_json::Value;

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

const NOTHING: [&str; 0] = [];

#[test]
fn server_other_user() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    fs::write(sandbox.path("project/src/lib.rs"), "pub fn x() {}\n").unwrap();
    for dir in ["", "home"] {
        fs::set_permissions(sandbox.path(dir), fs::Permissions::from_mode(0o777)).unwrap();
    }
    let mut start = sandbox.command("setpriv");
    start
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        // A copy: the way to the real one may be its owner's alone.
        .arg(sandbox.path("bin/sccache"))
        .arg("--start-server");
    fs::create_dir(sandbox.path("bin")).unwrap();
    fs::copy(common::real_sccache(), sandbox.path("bin/sccache")).unwrap();
    assert!(start.output().unwrap().status.success());
    // Its compiler may not write where root builds; the client waits until the server ends.
    let mut build = sandbox.command("timeout");
    build.args(["3", "cargo", "build", "--offline"]);
    assert!(!build.output().unwrap().status.success());
    let finding = sandbox.finding("server-other-user");
    assert!(
        what(&finding).contains("is user 65534's, and you are user 0"),
        "{finding}"
    );
    // The address is the socket's, so giving it up leads to the default port; there is no server of the test's there.
    assert_eq!(finding["fix"]["run"], "unset SCCACHE_SERVER_UDS");
    sandbox.mend("server-other-user");
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("s"));
    sandbox.stop_server();
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("mine"));
    sandbox.start_server();
    for dir in ["", "home"] {
        fs::set_permissions(sandbox.path(dir), fs::Permissions::from_mode(0o755)).unwrap();
    }
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn server_other_namespace() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    fs::write(sandbox.path("project/src/lib.rs"), "pub fn x() {}\n").unwrap();
    let start = "mount -t tmpfs none \"$PWD\" && exec sccache --start-server";
    let args = [common::unshare_rights(), &["--mount", "sh", "-c", start]].concat();
    sandbox.run("project", "unshare", &args);
    assert!(!sandbox.cargo_builds(), "the server sees another directory");
    let finding = sandbox.finding("server-other-namespace");
    assert!(what(&finding).contains("does not see this directory"), "{finding}");
    sandbox.mend("server-other-namespace");
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("s"));
    // From a directory that both see all is well.
    assert_eq!(sandbox.go("home").ids(), NOTHING);
}

#[test]
fn server_outside_of_our_container() {
    let sandbox = Sandbox::new();
    sandbox.start_server();
    let inside = |program: &str| {
        let mut unshare = sandbox.command("unshare");
        unshare
            .args(common::unshare_rights())
            .args(["--pid", "--fork", "--mount-proc", program, "check", "--json"]);
        unshare.output().unwrap()
    };
    let output = inside(HELPER);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["server-other-namespace"]);
}

#[test]
fn server_not_answering_since_it_is_old() {
    let Some(older) = older_sccache("0.16") else { return };
    let mut sandbox = Sandbox::new();
    let old = Sandbox::with_sccache(&older);
    let output = sandbox.command(&older).arg("--start-server").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    drop(old);
    assert_eq!(sandbox.ids(), ["server-not-answering"]);
    assert!(what(&sandbox.finding("server-not-answering")).contains("is version 0.16.0 and does not understand"));
    assert!(sandbox.compiles_c(), "builds go on");
    sandbox.mend("server-not-answering");
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
    sandbox.mend("server-tmpdir-ephemeral");
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
    // A home that is kept in git is no worktree that comes and goes.
    sandbox.set("HOME", sandbox.path("project/home"));
    assert!(!sandbox.finds("server-tmpdir-ephemeral"));
}

#[test]
fn fd_inherit_hang() {
    // As a build tool that holds a lock while its build, and what that starts, runs.
    let start = "exec 7>\"$LOCK\"; flock 7; exec \"$SCCACHE\" --start-server 7>&7";
    let waits = |sandbox: &Sandbox| {
        let mut lock = sandbox.command("flock");
        let status = lock.arg("-n").arg(sandbox.path("a lock")).arg("true").status();
        !status.unwrap().success()
    };
    let started_by = |sccache: &std::path::Path| {
        let mut sandbox = Sandbox::with_sccache(sccache);
        sandbox.set("LOCK", sandbox.path("a lock")).set("SCCACHE", sccache);
        sandbox.run("project", "bash", &["-c", start]);
        sandbox
    };
    if let Some(older) = older_sccache("0.17") {
        let mut sandbox = started_by(&older);
        assert_eq!(sandbox.ids(), ["fd-inherit-hang"]);
        let finding = sandbox.finding("fd-inherit-hang");
        assert!(
            what(&finding).contains(sandbox.path("a lock").to_str().unwrap()),
            "{finding}"
        );
        assert!(waits(&sandbox), "the next build waits for the lock of the one before");
        sandbox.mend("fd-inherit-hang");
        // A server that was told to stop ends a moment later.
        let is_free = |_| {
            std::thread::sleep(std::time::Duration::from_millis(50));
            !waits(&sandbox)
        };
        assert!((0..100).any(is_free));
        assert_eq!(sandbox.ids(), NOTHING);
        sandbox.start_server();
        assert_eq!(sandbox.ids(), NOTHING, "started by nobody who holds anything");
    }
    let sandbox = started_by(&common::real_sccache());
    assert!(sandbox.ids().is_empty() && !waits(&sandbox));
}
