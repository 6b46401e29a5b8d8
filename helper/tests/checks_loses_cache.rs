//! The checks for what loses cached files: each cause made on the real sccache, and the loss seen where it can be,
//! before the check is asked. What needs a network file system is tested on recorded facts, in the checks' own files.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::path::Path;

use common::{Sandbox, real_sccache};
use serde_json::Value;

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

const NOTHING: [&str; 0] = [];

fn configure(sandbox: &Sandbox, disk: &str) {
    sandbox.write("home/.config/sccache/config", format!("[cache.disk]\n{disk}\n"));
}

fn stop(sandbox: &Sandbox) {
    assert!(
        sandbox
            .sccache()
            .arg("--stop-server")
            .output()
            .unwrap()
            .status
            .success()
    );
}

/// A file with a hole, so that a large cache costs nothing.
fn entry(sandbox: &Sandbox, name: &str, size: u64) -> std::path::PathBuf {
    let path = sandbox.write(format!("home/.cache/sccache/{}/{}/{name}", &name[..1], &name[1..2]), "");
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(size)
        .unwrap();
    path
}

const GIB: u64 = 1 << 30;

#[test]
fn cache_exceeds_max_of_the_next_server() {
    let mut sandbox = Sandbox::new();
    let old = entry(&sandbox, &"a".repeat(64), 3 * GIB);
    let new = entry(&sandbox, &"b".repeat(64), 3 * GIB);
    assert_eq!(sandbox.ids(), NOTHING);
    configure(&sandbox, "size = \"4G\"");
    let finding = sandbox.finding("cache-exceeds-max");
    assert!(
        what(&finding).contains("holds 6 GiB, the next sccache server keeps 4 GiB"),
        "{finding}"
    );
    assert!(what(&finding).contains("deletes 2 GiB"), "{finding}");
    // At the door nothing is counted.
    assert!(sandbox.helper(&["check", "--quiet"]).stdout.is_empty());
    sandbox.mend("cache-exceeds-max");
    assert_eq!(sandbox.ids(), NOTHING);

    configure(&sandbox, "size = \"4G\"");
    assert!(sandbox.compiles_c());
    assert!(!old.exists() || !new.exists(), "it is as the check says");
    assert!(!sandbox.finds("cache-exceeds-max"), "too late");
}

#[test]
fn cache_exceeds_max_as_the_server_knows() {
    let mut sandbox = Sandbox::new();
    entry(&sandbox, &"a".repeat(64), 6 * GIB);
    assert!(sandbox.compiles_c());
    configure(&sandbox, "size = \"4G\"");
    let door = sandbox.helper(&["check", "--quiet"]);
    assert!(
        String::from_utf8_lossy(&door.stdout).contains("[cache-exceeds-max]"),
        "{door:?}"
    );
    sandbox.mend("cache-exceeds-max");
    assert!(!sandbox.finds("cache-exceeds-max"));
}

#[test]
fn cache_exceeds_max_of_a_server_that_has_not_looked_yet() {
    let mut sandbox = Sandbox::new();
    let kept = entry(&sandbox, &"a".repeat(64), 6 * GIB);
    configure(&sandbox, "size = \"4G\"");
    sandbox.start_server();
    configure(&sandbox, "size = \"24G\"");
    let finding = sandbox.finding("cache-exceeds-max");
    assert!(
        what(&finding).contains("the running sccache server keeps 4 GiB"),
        "{finding}"
    );
    assert!(kept.exists());
    sandbox.mend("cache-exceeds-max");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c() && kept.exists(), "in time");

    // Who does not.
    sandbox.stop_server();
    configure(&sandbox, "size = \"4G\"");
    sandbox.start_server();
    assert!(
        kept.exists() && sandbox.compiles_c() && !kept.exists(),
        "it is as the check says"
    );
}

#[test]
fn cache_size_tiny() {
    let mut sandbox = Sandbox::new();
    configure(&sandbox, "size = 50");
    let finding = sandbox.finding("cache-size-tiny");
    assert!(
        what(&finding).contains("config:2 gives the next sccache server 50 bytes"),
        "{finding}"
    );
    sandbox.mend("cache-size-tiny");
    assert_eq!(sandbox.ids(), NOTHING);
    configure(&sandbox, "size = \"1G\"");
    assert_eq!(sandbox.ids(), NOTHING);
    // Where the flake wants more, that is said instead.
    configure(&sandbox, "size = 50");
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), ["cache-size"]);
}

#[test]
fn dir_literal() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_CACHE_SIZE", "24G");
    for (value, mended) in [
        ("~/my cache", Some("home/my cache")),
        ("$HOME/x", None),
        ("relative", None),
        ("", None),
    ] {
        sandbox.set("SCCACHE_DIR", value);
        sandbox.mend("dir-literal");
        assert!(!sandbox.finds("dir-literal"), "{value}");
        let place = sandbox.planned("cache_location");
        let wanted = mended.map_or("home/.cache/sccache", |dir| dir);
        assert_eq!(place, format!("Local disk: {:?}", sandbox.path(wanted)), "{value}");
    }
    sandbox.unset("SCCACHE_DIR").unset("SCCACHE_CACHE_SIZE");
    configure(&sandbox, "size = \"24G\"\ndir = \"~/cache\"");
    let place = format!("{}:3: dir = `~/cache` is taken literally", sandbox.config().display());
    assert!(what(&sandbox.finding("dir-literal")).starts_with(&place));
    configure(&sandbox, &format!("size = \"24G\"\ndir = {:?}", sandbox.path("cache")));
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn foreign_files_in_cache() {
    let sandbox = Sandbox::new();
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING, "what sccache makes is its own");
    stop(&sandbox);
    let thesis = sandbox.write("home/.cache/sccache/thesis.tex", [b'x'; 5000]);
    let finding = sandbox.finding("foreign-files-in-cache");
    assert!(what(&finding).contains("(thesis.tex)"), "{finding}");
    configure(&sandbox, "size = 4000");
    assert!(sandbox.compiles_c());
    assert!(!thesis.exists(), "it is as the check says");
    assert!(!sandbox.finds("foreign-files-in-cache"));
}

/// A server's configuration is believed only where it is clearly older than the server.
fn let_the_config_age() {
    std::thread::sleep(std::time::Duration::from_millis(100));
}

#[test]
fn shared_cache_dir() {
    let mut sandbox = Sandbox::new();
    let_the_config_age();
    sandbox.start_server();
    assert!(sandbox.compiles_c());
    let first = sandbox.server_pid().unwrap();
    let sockets = [sandbox.path("s"), sandbox.path("t")];
    sandbox.set("SCCACHE_SERVER_UDS", &sockets[1]);
    // Nothing listens here yet, but what would start shares the other's directory.
    let finding = sandbox.finding("shared-cache-dir");
    assert!(
        what(&finding).contains(&format!("(pid {first}, at {})", sockets[0].display())),
        "{finding}"
    );
    let second = sandbox.start_server();
    let finding = sandbox.finding("shared-cache-dir");
    assert!(what(&finding).contains(&format!("pid {second} does")), "{finding}");
    sandbox.mend("shared-cache-dir");
    sandbox.wait_for_end(first);
    assert_eq!(sandbox.ids(), NOTHING);
    assert_eq!(sandbox.server_pid(), Some(second), "the one of this shell goes on");
}

#[test]
fn a_server_that_lost_its_socket_is_found() {
    let mut sandbox = Sandbox::new();
    let_the_config_age();
    let lost = sandbox.start_server();
    assert!(sandbox.compiles_c());
    fs::remove_file(sandbox.path("s")).unwrap();
    let output = sandbox.sccache().arg("--start-server").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let finding = sandbox.finding("shared-cache-dir");
    let fix = finding["fix"]["run"].as_str().unwrap();
    assert_eq!(fix, format!("kill {lost}"));
    sandbox.mend("shared-cache-dir");
    sandbox.wait_for_end(lost);
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn servers_with_directories_of_their_own() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("t"));
    // What the first one has read is not there any more.
    configure(&sandbox, &format!("size = \"24G\"\ndir = {:?}", sandbox.path("other")));
    let_the_config_age();
    fs::create_dir(sandbox.path("other")).unwrap();
    sandbox.start_server();
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("s"));
    stop(&sandbox);
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("t"));
}

#[test]
fn cache_on_volatile_fs() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("memory")).unwrap();
    configure(
        &sandbox,
        &format!("size = \"24G\"\ndir = {:?}", sandbox.path("memory/cache")),
    );
    assert_eq!(sandbox.ids(), NOTHING, "beside the home");
    // A home that is on a disk, wherever the tests run.
    let disk = "mount -t tmpfs none \"$1\" && exec \"$2\" check --json";
    let memory = sandbox.path("memory");
    let mut inside = sandbox.command("unshare");
    inside
        .args(common::unshare_rights())
        .args(["--mount", "sh", "-c", disk, "sh"])
        .arg(memory)
        .arg(common::HELPER);
    let output = inside.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = &report["findings"][0];
    assert_eq!(finding["id"], "cache-on-volatile-fs", "{report}");
    assert!(what(finding).contains("is in memory (tmpfs)"), "{finding}");
}

#[test]
fn cache_in_a_directory_that_is_emptied() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    configure(
        &sandbox,
        &format!("size = \"24G\"\ndir = {:?}", sandbox.path("project/target/cache")),
    );
    assert!(what(&sandbox.finding("cache-on-volatile-fs")).contains("`cargo clean` empties"));
    configure(&sandbox, "size = \"24G\"\ndir = \"/run/sccache-of-nobody\"");
    assert!(what(&sandbox.finding("cache-on-volatile-fs")).contains("lies below /run") || !Path::new("/run").exists());
    configure(&sandbox, "size = \"24G\"");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("SCCACHE_DIR");
}

#[test]
fn cache_in_worktree() {
    let mut sandbox = Sandbox::new();
    sandbox.git("project", &["init", "-q"]);
    sandbox
        .set("SCCACHE_DIR", sandbox.path("project/.sccache"))
        .set("SCCACHE_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), ["cache-in-worktree"]);
    sandbox.mend("cache-in-worktree");
    assert_eq!(sandbox.ids(), NOTHING);
    // A home that is kept in git holds the user's cache by right.
    sandbox.unset("SCCACHE_CACHE_SIZE");
    sandbox.git("home", &["init", "-q"]);
    assert_eq!(sandbox.go("home").ids(), NOTHING);
}

#[test]
fn disk_too_small() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("SCCACHE_SHELL_IGNORE");
    configure(&sandbox, "size = \"9000T\"");
    let finding = sandbox.finding("disk-too-small");
    assert!(what(&finding).contains("may grow to 9000 TiB"), "{finding}");
    sandbox.mend("disk-too-small");
    assert!(
        !sandbox.finds("disk-too-small"),
        "{:?}",
        fs::read_to_string(sandbox.config())
    );
}

#[test]
fn cache_dir_vanished() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    assert_eq!(sandbox.ids(), NOTHING, "it is made with the first compile");
    assert!(sandbox.compiles_c());
    fs::remove_dir_all(sandbox.path("home/.cache/sccache")).unwrap();
    assert!(sandbox.finds("cache-dir-vanished"));
    assert!(sandbox.compiles_c());
    sandbox.write("project/x.c", "int other;\n");
    sandbox.run("project", real_sccache(), &["cc", "-c", "x.c", "-o", "x.o"]);
    assert!(
        sandbox.running_stat("cache_write_errors") > 0,
        "it is as the check says"
    );
    sandbox.mend("cache-dir-vanished");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn idle_timeout() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "10m");
    let finding = sandbox.finding("idle-timeout");
    assert_eq!(finding["severity"], "info");
    sandbox.mend("idle-timeout");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "0");
    assert_eq!(sandbox.ids(), NOTHING, "no server runs with it yet");
    sandbox.start_server();
    sandbox.mend("idle-timeout");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.helper(&["check", "--quiet"]).stdout.is_empty());
}
