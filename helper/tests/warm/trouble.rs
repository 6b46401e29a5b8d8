//! A machine that does not play along: a full or read-only disk, a cargo that runs, links, very many worktrees.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::crates::{PRINTS, returns};
use crate::interrupted::big;
use crate::lab::{Ended, HELPER, Lab};

/// How `unshare` makes namespaces here: root needs no user namespace, and in a changed root may not have one.
pub(crate) fn unshare(lab: &Lab, script: &str) -> Ended {
    let rights: &[&str] = if rustix::process::geteuid().is_root() {
        &[]
    } else {
        &["--map-root-user"]
    };
    let mut command = lab.command("unshare", "b");
    command.args(rights).args(["--mount", "sh", "-euc", script]);
    Ended::of(command.env("HELPER", HELPER))
}

fn small() -> Lab {
    let lab = Lab::new();
    lab.package("plain", &returns("plain")).publish();
    lab.app(&["plain = \"1\""], PRINTS);
    lab.build("a", &[]);
    lab.commit("a");
    lab.worktree("b");
    lab
}

/// One line, and what was copied before the disk was full is whole.
#[test]
fn a_full_disk() {
    let lab = big();
    fs::create_dir_all(lab.path("b/target")).unwrap();
    let ended = unshare(
        &lab,
        "mount -t tmpfs -o size=20m none target
        code=0; \"$HELPER\" warm || code=$?
        cp -a target ../left
        exit $code",
    );
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains("No space left on device"), "{ended:?}");
    fs::remove_dir(lab.path("b/target")).unwrap();
    fs::rename(lab.path("left"), lab.path("b/target")).unwrap();
    let left = lab.files("b/target");
    assert!(
        !left.iter().any(|file| file.to_string_lossy().contains("/out/")),
        "{left:?}"
    );
    lab.build("b", &[]);
    assert_eq!(lab.says("b"), "whole");
}

#[test]
fn a_build_directory_that_nobody_may_write_to() {
    let lab = small();
    fs::create_dir_all(lab.path("b/target")).unwrap();
    let ended = unshare(&lab, "mount -t tmpfs -o ro none target; exec \"$HELPER\" warm");
    assert_eq!((ended.code, ended.stdout.as_str()), (Some(2), ""), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    assert!(ended.stderr.contains("Read-only file system"), "{ended:?}");
}

/// Nothing is written to where it copies from.
#[test]
fn a_source_that_nobody_may_write_to() {
    let lab = small();
    let ended = unshare(
        &lab,
        "mount --bind ../a ../a; mount -o remount,bind,ro ../a; exec \"$HELPER\" warm",
    )
    .ok();
    assert!(ended.stdout.contains("copied 1 unit "), "{ended:?}");
    lab.build("b", &[]).only(&["app"]);
    assert_eq!(lab.says("b"), "plain");
}

#[test]
fn a_build_directory_that_is_a_link() {
    let lab = small();
    fs::create_dir_all(lab.path("disk/b")).unwrap();
    symlink(lab.path("disk/b"), lab.path("b/target")).unwrap();
    lab.warmed("b");
    assert!(lab.path("disk/b/debug/deps").is_dir());
    lab.build("b", &[]).only(&["app"]);
    assert_eq!(lab.says("b"), "plain");
    // To nowhere yet: cargo cannot build there either.
    fs::remove_file(lab.path("b/target")).unwrap();
    symlink(lab.path("disk/gone"), lab.path("b/target")).unwrap();
    let output = lab.warm("b", &[]);
    assert_eq!((output.code, output.stderr.lines().count()), (Some(2), 1), "{output:?}");
}

/// A cargo that builds, not only its lock.
#[test]
fn while_a_real_cargo_builds() {
    let lab = small();
    let script = "fn main() { std::fs::write(\"waits\", \"\").unwrap(); \
        while !std::path::Path::new(\"go\").exists() { std::thread::sleep(std::time::Duration::from_millis(5)); } }";
    lab.write("a/app/build.rs", script);
    lab.write("b/app/build.rs", script);
    // Checked is not built: the new worktree lacks what there is to copy all the same.
    for (building, verb) in [("a", "build"), ("b", "check")] {
        let mut cargo = lab.command("cargo", building);
        let mut cargo = cargo.arg(verb).stderr(Stdio::null()).spawn().unwrap();
        let start = Instant::now();
        while !lab.path(building).join("app/waits").exists() {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "cargo does not get to the build script"
            );
            thread::sleep(Duration::from_millis(5));
        }
        let output = lab.warm("b", &[]);
        lab.write(format!("{building}/app/go"), "");
        assert!(cargo.wait().unwrap().success());
        assert_eq!(
            (output.code, output.stdout.as_str()),
            (Some(2), ""),
            "{building}: {output:?}"
        );
        let profile = lab.path(building).join("target/debug");
        let line = format!("cargo is building in {}: try again", profile.display());
        assert!(
            output.stderr.contains(&line) && output.stderr.lines().count() == 1,
            "{building}: {output:?}"
        );
    }
}

#[test]
fn forty_worktrees() {
    let lab = small();
    lab.package("more", "").publish();
    for number in 0..40 {
        let name = format!("w{number}");
        lab.worktree(&name);
        Ended::of(
            lab.command("cp", "")
                .args(["-a", "a/target", &format!("{name}/target")]),
        )
        .ok();
    }
    let manifest = lab.read("b/app/Cargo.toml") + "more = \"1\"\n";
    lab.write("w17/app/Cargo.toml", &manifest);
    lab.build("w17", &[]);
    lab.write("b/app/Cargo.toml", &manifest);
    fs::copy(lab.path("w17/Cargo.lock"), lab.path("b/Cargo.lock")).unwrap();
    let output = lab.warmed("b");
    let from = format!("from {} to ", lab.path("w17").display());
    assert!(
        output.stdout.contains("copied 2 units (") && output.stdout.contains(&from),
        "{output:?}"
    );
    lab.build("b", &[]).only(&["app"]);
}
