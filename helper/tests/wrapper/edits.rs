//! Edited crates are compiled incrementally; sources that were compiled before come from the cache.

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::support::{Sandbox, manifest, unshare_rights};

/// A library, and a program that prints its value.
fn project() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.write(
        "project/Cargo.toml",
        "[workspace]\nmembers = [\"lib\", \"app\"]\nresolver = \"2\"\n",
    );
    sandbox.write("project/lib/Cargo.toml", manifest("lib", ""));
    sandbox.write(
        "project/app/Cargo.toml",
        manifest("app", "[dependencies]\nlib = { path = \"../lib\" }\n"),
    );
    sandbox.write("project/app/src/main.rs", "fn main() { println!(\"{}\", lib::N); }\n");
    sandbox.write("project/.gitignore", "target\n");
    edit(&sandbox, 1);
    sandbox.git("project", &["init", "-q"]);
    commit(&sandbox);
    sandbox.keep_trace();
    sandbox
}

/// Changes the library. Cargo compares the file's time, which may be as coarse as a second.
fn edit(sandbox: &Sandbox, number: u32) {
    let path = sandbox.write("project/lib/src/lib.rs", format!("pub const N: u32 = {number};\n"));
    let later = SystemTime::now() + Duration::from_secs(u64::from(number));
    fs::File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(later)
        .unwrap();
}

fn commit(sandbox: &Sandbox) {
    sandbox.git("project", &["add", "-A"]);
    sandbox.git("project", &["commit", "-q", "-m", "x"]);
}

/// Builds, and returns what the program prints, and for each crate its form and outcome.
fn build(sandbox: &Sandbox, args: &[&str]) -> (String, String) {
    sandbox.take_trace();
    sandbox.run("project", "cargo", &[&["build", "--offline", "-q"], args].concat());
    let profile = if args.is_empty() { "debug" } else { "release" };
    let printed = sandbox.run("project", sandbox.path(format!("project/target/{profile}/app")), &[]);
    let trace = sandbox.take_trace();
    let word = |line: &Value, key: &str| line[key].as_str().unwrap_or_default().to_owned();
    let of_crates = trace
        .iter()
        .filter(|line| line["crate_name"] == "lib" || line["crate_name"] == "app");
    let outcomes = of_crates.map(|line| match word(line, "form").as_str() {
        "normal" => format!(
            "{} {} {}",
            word(line, "crate_name"),
            word(line, "outcome"),
            word(line, "rule")
        ),
        form => format!("{} {form}", word(line, "crate_name")),
    });
    let outcomes: Vec<String> = outcomes.map(|line| line.trim().to_owned()).collect();
    (printed.trim().to_owned(), outcomes.join(", "))
}

fn is(built: &(String, String), printed: &str, outcomes: &str) {
    assert_eq!((built.0.as_str(), built.1.as_str()), (printed, outcomes));
}

const ASKED: &str = "lib not stored edit, app not stored edit";
const EDIT: &str = "lib edit, app edit";
const HIT: &str = "lib hit, app hit";

#[test]
fn an_edit_is_incremental_and_a_checkout_is_a_hit() {
    let sandbox = project();
    is(&build(&sandbox, &[]), "1", "lib miss, app miss");
    edit(&sandbox, 2);
    is(&build(&sandbox, &[]), "2", EDIT);
    edit(&sandbox, 3);
    is(&build(&sandbox, &[]), "3", EDIT);
    edit(&sandbox, 1);
    is(&build(&sandbox, &[]), "1", HIT);
    edit(&sandbox, 3);
    let state = fs::read_dir(sandbox.path("project/target/debug/incremental"))
        .unwrap()
        .count();
    assert!(state >= 4, "incremental state is where cargo keeps it: {state}");
    edit(&sandbox, 4);
    sandbox.git("project", &["stash", "-q"]);
    is(&build(&sandbox, &[]), "1", HIT);
    edit(&sandbox, 5);
    is(&build(&sandbox, &[]), "5", EDIT);
    sandbox.git("project", &["checkout", "-q", "-b", "other"]);
    commit(&sandbox);
    edit(&sandbox, 6);
    is(&build(&sandbox, &[]), "6", ASKED);
    sandbox.git("project", &["checkout", "-q", "--force", "main"]);
    is(&build(&sandbox, &[]), "1", HIT);
    // A second worktree has none of that.
    sandbox.second_worktree("second");
    sandbox.run("second", "cargo", &["build", "--offline", "-q"]);
    assert_eq!(
        sandbox.run("second", sandbox.path("second/target/debug/app"), &[]),
        "1\n"
    );
    assert!(!sandbox.path("second/target/debug/incremental/lib").exists());
}

#[test]
fn only_where_cargo_would() {
    let mut sandbox = project();
    let again = |sandbox: &Sandbox, number: u32, args: &[&str]| {
        edit(sandbox, number);
        build(sandbox, args)
    };
    build(&sandbox, &[]);
    build(&sandbox, &["--release"]);
    let cached = "lib miss, app miss";
    is(&again(&sandbox, 2, &["--release"]), "2", cached);
    let reasons = [
        ("CI", "true"),
        ("CARGO_PROFILE_DEV_INCREMENTAL", "false"),
        ("SCCACHE_SHELL_INCREMENTAL_EDITS", "false"),
    ];
    for (number, (name, value)) in (3..).zip(reasons) {
        sandbox.set(name, value);
        is(&again(&sandbox, number, &[]), &number.to_string(), cached);
        sandbox.unset(name);
    }
    sandbox.set("CARGO_PROFILE_RELEASE_INCREMENTAL", "true");
    is(&again(&sandbox, 7, &["--release"]), "7", ASKED);
    is(&again(&sandbox, 8, &["--release"]), "8", EDIT);
}

#[test]
fn a_compile_error_is_reported_and_not_cached() {
    let sandbox = project();
    build(&sandbox, &[]);
    for number in 2..4 {
        sandbox.write("project/lib/src/lib.rs", "pub const N: u32 = \"x\";\n");
        let output = sandbox
            .command("cargo")
            .args(["build", "--offline", "-q"])
            .output()
            .unwrap();
        assert!(
            String::from_utf8_lossy(&output.stderr).contains("mismatched types"),
            "{output:?}"
        );
        edit(&sandbox, number);
        let (printed, outcomes) = build(&sandbox, &[]);
        assert_eq!(printed, number.to_string());
        assert!(outcomes.starts_with("lib edit"), "{outcomes}");
    }
}

/// A directory for incremental state that cannot be written: an error, as with cargo alone.
#[test]
fn incremental_state_that_cannot_be_written() {
    let sandbox = project();
    build(&sandbox, &[]);
    fs::remove_dir_all(sandbox.path("project/target/debug/incremental")).unwrap();
    sandbox.write("project/target/debug/incremental", "no directory");
    edit(&sandbox, 2);
    let output = sandbox
        .command("cargo")
        .args(["build", "--offline", "-q"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains("incremental"), "{stderr}");
}

/// A crate that takes rustc some seconds, and cargo in a process group of its own to compile it.
fn build_slowly(sandbox: &Sandbox, number: u32) -> Command {
    edit(sandbox, number);
    let path = sandbox.path("project/lib/src/lib.rs");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    let slow = format!(
        "#![allow(long_running_const_eval)]\npub const N: u32 = slow();\nconst fn slow() -> u32 {{\n    \
         let mut i = 0u32;\n    while i < 60_000_000 {{ i += 1; }}\n    i - 60_000_000 + {number}\n}}\n"
    );
    sandbox.write("project/lib/src/lib.rs", slow);
    fs::File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    let mut cargo = sandbox.command("cargo");
    cargo.args(["build", "--offline", "-q"]).process_group(0);
    cargo
}

#[test]
fn a_killed_build_is_repeated() {
    let sandbox = project();
    build(&sandbox, &[]);
    for number in [2, 4, 6] {
        let mut cargo = build_slowly(&sandbox, number).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(700));
        let group = rustix::process::Pid::from_child(&cargo);
        rustix::process::kill_process_group(group, rustix::process::Signal::KILL).unwrap();
        assert!(!cargo.wait().unwrap().success(), "it ended before it was killed");
        edit(&sandbox, number + 1);
        assert_eq!(build(&sandbox, &[]).0, (number + 1).to_string());
    }
}

/// As an editor and its user do: a check in the same target directory, one in a directory of its own, and a build.
#[test]
fn two_cargo_processes_at_once() {
    let sandbox = project();
    build(&sandbox, &[]);
    for number in 2..7 {
        edit(&sandbox, number);
        let start = |args: &[&str]| {
            sandbox
                .command("cargo")
                .args(args)
                .args(["--offline", "-q"])
                .spawn()
                .unwrap()
        };
        let all = [&["check"][..], &["check", "--target-dir", "target/editor"], &["build"]].map(start);
        for mut cargo in all {
            assert!(cargo.wait().unwrap().success());
        }
        let printed = sandbox.run("project", sandbox.path("project/target/debug/app"), &[]);
        assert_eq!(printed.trim(), number.to_string());
    }
}

/// If the disk of the incremental directory is full, an edit fails as with cargo alone. With space again it succeeds.
#[test]
fn a_full_disk_fails_as_with_cargo_alone() {
    let mut sandbox = project();
    let on_a_full_disk = |sandbox: &Sandbox, number: u32| {
        edit(sandbox, number);
        // The limit is the number of files: rustc frees other space by itself.
        let script = "dir=target/debug/incremental && rm -rf ../saved && cp -a $dir ../saved && \
                      mount -t tmpfs -o nr_inodes=$(find ../saved | wc -l) none $dir && cp -a ../saved/. $dir && \
                      ! touch $dir/one-more 2>/dev/null && cargo build --offline -q";
        let mut command = sandbox.command("unshare");
        command.args(unshare_rights()).args(["--mount", "sh", "-c", script]);
        let output = command.output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        (output.status.code(), stderr.contains("No space left"))
    };
    for number in 1..4 {
        edit(&sandbox, number);
        build(&sandbox, &[]);
    }
    let ours = on_a_full_disk(&sandbox, 4);
    edit(&sandbox, 5);
    is(&build(&sandbox, &[]), "5", EDIT);
    sandbox.unset("RUSTC_WRAPPER").set("CARGO_INCREMENTAL", "1");
    for number in 6..9 {
        edit(&sandbox, number);
        build(&sandbox, &[]);
    }
    assert_eq!(ours, (Some(101), true));
    assert_eq!(ours, on_a_full_disk(&sandbox, 9));
}
