//! Server processes that cannot serve this shell.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::support::{
    HELPER, NOTHING, Sandbox, older_sccache, real_sccache, unshare_rights, wait_for_end, wait_until, what,
};

#[test]
fn server_not_answering() {
    let mut sandbox = Sandbox::new();
    let pid = sandbox.start_server();
    let signal = |name: &str| {
        let status = sandbox.command("kill").args([name, &pid.to_string()]).status().unwrap();
        assert!(status.success());
    };
    signal("-STOP");
    let ids = sandbox.ids();
    signal("-CONT");
    assert_eq!(ids, ["server-not-answering"]);
    assert_eq!(sandbox.ids(), NOTHING);
    signal("-STOP");
    sandbox.fix("server-not-answering");
    wait_for_end(pid);
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c());
}

#[test]
fn server_not_answering_because_it_is_old() {
    let Some(older) = older_sccache("0.16") else { return };
    let mut sandbox = Sandbox::new();
    let old = Sandbox::with_sccache(&older);
    let output = sandbox.command(&older).arg("--start-server").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    drop(old);
    assert_eq!(sandbox.ids(), ["server-not-answering"]);
    assert!(what(&sandbox.finding("server-not-answering")).contains("is version 0.16.0 and does not understand"));
    assert!(sandbox.compiles_c(), "builds go on");
    sandbox.fix("server-not-answering");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn start_server_leaked() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_START_SERVER", "1");
    assert!(!sandbox.compiles_c());
    assert_eq!(sandbox.ids(), ["start-server-leaked"]);
    sandbox.fix("start-server-leaked");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_START_SERVER", "0");
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn server_exe_deleted() {
    let mut sandbox = Sandbox::new();
    let program = sandbox.path("store/sccache");
    fs::create_dir(program.parent().unwrap()).unwrap();
    fs::copy(real_sccache(), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.run("project", &program, &["--start-server"]);
    assert_eq!(sandbox.ids(), NOTHING);
    fs::remove_file(&program).unwrap();
    assert!(sandbox.compiles_c(), "it still works");
    assert_eq!(sandbox.ids(), ["server-exe-deleted"]);
    sandbox.fix("server-exe-deleted");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
pub(in crate::checks) fn server_other_user() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    fs::write(sandbox.path("project/src/lib.rs"), "pub fn x() {}\n").unwrap();
    for dir in ["", "home"] {
        fs::set_permissions(sandbox.path(dir), fs::Permissions::from_mode(0o777)).unwrap();
    }
    let mut start = sandbox.command("setpriv");
    start
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        // A copy: the directory of the real one may be private.
        .arg(sandbox.path("bin/sccache"))
        .arg("--start-server");
    fs::create_dir(sandbox.path("bin")).unwrap();
    fs::copy(real_sccache(), sandbox.path("bin/sccache")).unwrap();
    assert!(start.output().unwrap().status.success());
    // Its compiler cannot write to root's directories; the client waits until the server ends.
    let mut build = sandbox.command("timeout");
    build.args(["3", "cargo", "build", "--offline"]);
    assert!(!build.output().unwrap().status.success());
    let finding = sandbox.finding("server-other-user");
    assert!(
        what(&finding).contains("is user 65534's, and you are user 0"),
        "{finding}"
    );
    // Without the variable the address is the default port, where no server of the test is.
    assert_eq!(finding["fix"]["run"], "unset SCCACHE_SERVER_UDS");
    sandbox.fix("server-other-user");
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
pub(in crate::checks) fn server_other_namespace() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    fs::write(sandbox.path("project/src/lib.rs"), "pub fn x() {}\n").unwrap();
    let start = "mount -t tmpfs none \"$PWD\" && exec sccache --start-server";
    let args = [unshare_rights(), &["--mount", "sh", "-c", start]].concat();
    sandbox.run("project", "unshare", &args);
    assert!(!sandbox.cargo_builds(), "the server sees a different directory");
    let finding = sandbox.finding("server-other-namespace");
    assert!(what(&finding).contains("does not see this directory"), "{finding}");
    sandbox.fix("server-other-namespace");
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("s"));
    // A directory that both see is not a finding.
    assert_eq!(sandbox.go("home").ids(), NOTHING);
}

#[test]
fn server_outside_of_our_container() {
    let sandbox = Sandbox::new();
    sandbox.start_server();
    let mut inside = sandbox.command("unshare");
    inside
        .args(unshare_rights())
        .args(["--pid", "--fork", "--mount-proc", HELPER, "check", "--json"]);
    let output = inside.output().unwrap();
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
pub(in crate::checks) fn fd_inherit_hang() {
    // As a build tool that holds a lock until all processes of its build have ended.
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
        assert!(waits(&sandbox), "the next build waits for the lock of the previous one");
        sandbox.fix("fd-inherit-hang");
        // A server ends a moment after it was stopped.
        wait_until("the lock is free", || !waits(&sandbox));
        assert_eq!(sandbox.ids(), NOTHING);
        sandbox.start_server();
        assert_eq!(sandbox.ids(), NOTHING, "no file was open when it was started");
    }
    let sandbox = started_by(&real_sccache());
    assert!(sandbox.ids().is_empty() && !waits(&sandbox));
}
