//! On a file system that shares: no byte is written twice, and each worktree's files are its own all the same.

use crate::interrupted::big;
#[cfg(target_os = "linux")]
use crate::trouble::unshare;

/// What is done in `b`: what `warm` says, then the other worktree's file is written to in place.
const WARM: &str = r#""$HELPER" warm
    for file in ../a/target/debug/build/*/out/0; do printf changed >"$file"; done
    cargo build -v
    target/debug/app
    cargo build -v"#;

#[track_caller]
fn assert_shared(stdout: &str, stderr: &str) {
    assert!(
        stdout.contains(" shared copy-on-write") && stdout.contains(", all of "),
        "{stdout}{stderr}"
    );
    assert!(stdout.contains("whole"), "{stdout}{stderr}");
    let compiled = stderr.lines().filter(|line| line.trim_start().starts_with("Compiling"));
    assert_eq!(compiled.count(), 1, "the member, and once: {stderr}");
}

/// A Btrfs of the test's own, in a file, over the lab. Needs root's rights.
#[cfg(target_os = "linux")]
#[allow(clippy::print_stderr, reason = "a test that is not run says so")]
#[test]
fn every_file_is_shared_and_none_is_changed() {
    let mut lab = big();
    let has_mkfs = lab.command("mkfs.btrfs", "").arg("--version").output().is_ok();
    if !rustix::process::geteuid().is_root() || !has_mkfs {
        eprintln!("left out: not root, or no mkfs.btrfs on this machine");
        return;
    }
    let disk = tempfile::tempdir().unwrap();
    let script = r#"
        lab=$(cd .. && pwd -P)
        truncate -s 512M "$DISK/image"
        mkfs.btrfs -q "$DISK/image" >&2
        mkdir "$DISK/mount"
        mount -o loop "$DISK/image" "$DISK/mount"
        cp -a "$lab/." "$DISK/mount"
        mount --bind "$DISK/mount" "$lab"
        cd "$lab/b"
    "#;
    lab.set("DISK", disk.path());
    let ended = unshare(&lab, &format!("{script}{WARM}")).ok();
    assert_shared(&ended.stdout, &ended.stderr);
}

/// Every Mac's disk does.
#[cfg(target_vendor = "apple")]
#[test]
fn every_file_is_shared_and_none_is_changed() {
    let lab = big();
    let mut shell = lab.command("sh", "b");
    let ended = crate::lab::Ended::of(shell.args(["-euc", WARM]).env("HELPER", crate::lab::HELPER)).ok();
    assert_shared(&ended.stdout, &ended.stderr);
}
