//! The server works after the shell that started it, and that shell's temporary directory, are gone.

use std::fs;
use std::path::Path;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::workspace;

fn project(home: &Home) -> Consumer {
    let dir = home.path().join("main");
    workspace::copy("small", &dir);
    Consumer::write(&dir, "").commit(home)
}

/// A variable in a process's initial environment.
fn started_with(pid: u32, name: &str) -> Option<String> {
    let environ = fs::read(format!("/proc/{pid}/environ")).expect("our own process");
    let environ = String::from_utf8_lossy(&environ).into_owned();
    let start = format!("{name}=");
    environ
        .split('\0')
        .find_map(|pair| pair.strip_prefix(&start).map(str::to_owned))
}

/// Builds in one shell and again in a second; in between only the server is left of the first.
fn outlives(home: &Home, consumer: &Consumer, entry: Entry, first: &str) {
    drop(
        consumer
            .run(home, entry, &format!("{first}\ncargo build --quiet --locked"))
            .ok(),
    );
    let pid = home.server().running();
    let tmpdir = started_with(pid, "TMPDIR").unwrap_or_else(|| "/tmp".to_owned());
    assert!(
        Path::new(&tmpdir).is_dir(),
        "{entry:?}: the server's TMPDIR {tmpdir} went with the shell"
    );

    let before = home.stats();
    drop(
        consumer
            .run(
                home,
                Entry::Develop,
                "cargo clean --quiet && cargo build --quiet --locked",
            )
            .ok(),
    );
    let counted = home.stats().since(&before);
    // The second shell is entered by `nix develop`. `nix-shell` sets different variables for the linker, so only three
    // build scripts and the program are linked again after it.
    let linked = if matches!(entry, Entry::NixShell) { 4 } else { 0 };
    assert!(
        counted.rust.hits > 10 && counted.rust.misses <= linked,
        "{entry:?}: {counted:?}"
    );
    assert_eq!(counted.errors, 0, "{entry:?}: {counted:?}");
    assert_eq!(home.server().running(), pid, "{entry:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn it_outlives_the_shell_that_started_it() {
    for entry in Entry::all() {
        let home = Home::with_cache_size("24G");
        outlives(&home, &project(&home), entry, "");
    }
}

/// nix-direnv, `use nix` and editors restore Nix's TMPDIR after the hook ran: only the wrapper can handle that.
#[cfg(target_os = "linux")]
#[test]
fn it_outlives_a_shell_whose_hook_was_bypassed() {
    let home = Home::with_cache_size("24G");
    let consumer = project(&home);
    let bypassed =
        "export TMPDIR=$(TMPDIR=/tmp mktemp -d -t nix-shell.XXXXXX); export TMP=$TMPDIR TEMP=$TMPDIR TEMPDIR=$TMPDIR
                    trap 'rm -r \"$TMPDIR\"' EXIT";
    outlives(&home, &consumer, Entry::Develop, bypassed);
    let tmpdir = started_with(home.server().running(), "TMPDIR");
    assert_eq!(tmpdir.as_deref(), Some("/var/tmp"));
}

/// The same with plain sccache, to show what the wrapper prevents: the first build after the shell fails.
#[cfg(target_os = "linux")]
#[test]
fn without_the_wrapper_the_next_build_fails() {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("main");
    workspace::copy("small", &dir);
    let consumer = Consumer::write(&dir, "helper = null;").commit(&home);
    let bypassed = "export TMPDIR=$(TMPDIR=/tmp mktemp -d -t nix-shell.XXXXXX); trap 'rm -r \"$TMPDIR\"' EXIT";
    drop(
        consumer
            .run(
                &home,
                Entry::Develop,
                &format!("{bypassed}\ncargo build --quiet --locked"),
            )
            .ok(),
    );
    let out = consumer
        .run(
            &home,
            Entry::Develop,
            "cargo clean --quiet && cargo build --quiet --locked",
        )
        .failed();
    assert!(out.stderr().contains("sccache"), "{out}");
}

/// A TMPDIR too long for the server's socket.
#[cfg(target_os = "linux")]
#[test]
fn it_starts_below_a_tmpdir_that_is_too_long() {
    let home = Home::with_cache_size("24G");
    let consumer = project(&home);
    let long = home.path().join("x".repeat(100));
    fs::create_dir(&long).unwrap();
    let script = "cargo build --quiet --locked";
    let mut command = consumer.command(
        &home,
        Entry::Develop,
        &format!("export TMPDIR={}\n{script}", long.display()),
    );
    drop(Output::of(&mut command).ok());
    assert_eq!(
        started_with(home.server().running(), "TMPDIR").as_deref(),
        Some("/var/tmp")
    );
}
