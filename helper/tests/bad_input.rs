//! Whatever is broken around it: a clear line, nothing lost, nothing waits, the shell opens.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use common::Sandbox;

/// What the hook runs; it must end well, soon, and print nothing but whole lines of text.
fn door(sandbox: &Sandbox) -> String {
    let start = Instant::now();
    let output = sandbox.helper(&["check", "--quiet"]);
    judge(&output, start)
}

fn judge(output: &Output, start: Instant) -> String {
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(text.lines().all(|line| line.starts_with("sccache-shell: ")), "{text}");
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
    text
}

#[test]
fn homes_that_are_none() {
    let mut sandbox = Sandbox::new();
    for home in ["/nonexistent", "", "/dev/null", "relative"] {
        sandbox.set("HOME", home);
        door(&sandbox);
    }
    sandbox.unset("HOME");
    door(&sandbox);
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout == b"0\n")
}

#[test]
fn a_config_that_may_not_be_read_or_written() {
    assert!(is_root(), "run as root, which becomes another user here");
    let sandbox = Sandbox::new();
    fs::set_permissions(sandbox.config(), fs::Permissions::from_mode(0o600)).unwrap();
    let start = Instant::now();
    let text = judge(&sandbox.as_nobody(&["check", "--quiet"]), start);
    assert!(text.contains("config may not be read"), "{text}");
    let init = sandbox.as_nobody(&["init", "--size", "9G"]);
    assert_eq!(init.status.code(), Some(2), "{init:?}");
    fs::set_permissions(sandbox.config(), fs::Permissions::from_mode(0o644)).unwrap();
    let init = sandbox.as_nobody(&["init", "--size", "9G"]);
    assert!(
        String::from_utf8_lossy(&init.stderr).contains("nothing was changed"),
        "{init:?}"
    );
    assert!(fs::read_to_string(sandbox.config()).unwrap().contains("24G"));
}

#[test]
fn another_users_server() {
    assert!(is_root(), "run as root, which becomes another user here");
    let sandbox = Sandbox::new();
    sandbox.start_server();
    let start = Instant::now();
    judge(&sandbox.as_nobody(&["check", "--quiet"]), start);
}

#[test]
fn tmpdirs_that_are_none() {
    let mut sandbox = Sandbox::new();
    let file = sandbox.write("a file", "");
    for bad in [
        "",
        "relative",
        "/nonexistent",
        &"/x".repeat(100),
        file.to_str().unwrap(),
    ] {
        sandbox.set("TMPDIR", bad);
        door(&sandbox);
    }
    sandbox.unset("TMPDIR");
    assert_eq!(door(&sandbox), "");
}

#[test]
fn servers_that_hang_or_talk_something_else() {
    let mut sandbox = Sandbox::new();
    for reply in [&b""[..], b"HTTP/1.1 400 Bad Request\r\n\r\n", &[0xff; 4096]] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let reply = reply.to_vec();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let _ = stream.write_all(&reply);
                // Nothing said: kept open, as a hanging server does.
                if reply.is_empty() {
                    std::mem::forget(stream);
                }
            }
        });
        sandbox
            .unset("SCCACHE_SERVER_UDS")
            .set("SCCACHE_SERVER_PORT", port.to_string());
        let text = door(&sandbox);
        assert!(text.contains("[port-not-sccache]"), "{text}");
    }
}

#[test]
fn an_sccache_that_fails_hangs_or_prints_rubbish() {
    for script in [
        "exit 1",
        "kill -SEGV $$",
        "sleep 60",
        "head -c 3000000 /dev/urandom",
        "printf '{'",
        "yes",
    ] {
        let stub = tempfile::tempdir().unwrap();
        let program = stub.path().join("sccache");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let text = door(&Sandbox::with_sccache(&program));
        assert!(text.contains("[sccache-broken]"), "{script}: {text}");
    }
}

#[test]
fn a_read_only_target_directory() {
    let sandbox = Sandbox::new();
    let target = sandbox.path("project/target");
    fs::create_dir(&target).unwrap();
    fs::set_permissions(&target, fs::Permissions::from_mode(0o555)).unwrap();
    assert_eq!(door(&sandbox), "");
}

#[test]
fn paths_with_any_byte() {
    for name in [
        &b"with space"[..],
        b"quote'\"$(x)`",
        b"new\nline",
        b"esc\x1b[31m",
        b"\xff\xfe",
    ] {
        let mut sandbox = Sandbox::new();
        let odd = sandbox.path(OsStr::from_bytes(name));
        fs::create_dir_all(odd.join("sccache")).unwrap();
        sandbox
            .set("XDG_CONFIG_HOME", &odd)
            .set("SCCACHE_SHELL_CACHE_SIZE", "24G");
        let text = door(&sandbox);
        assert!(text.contains("[config-missing]"), "{text}");
        let init = sandbox.helper(&["init", "--size", "9G"]);
        assert!(init.status.success(), "{init:?}");
        let written = fs::read_to_string(odd.join("sccache/config")).unwrap();
        assert!(written.contains("9G"));
        let text = door(&sandbox);
        assert!(text.contains("[cache-size]"), "{text}");
        sandbox.write(odd.join("sccache/config").as_path(), "[cache\n");
        door(&sandbox);
    }
}

#[test]
fn a_config_with_a_hundred_kinds_of_rubbish() {
    let sandbox = Sandbox::new();
    for text in [
        "\0",
        "\u{feff}",
        "[",
        "]",
        "a",
        "[cache]",
        "cache.disk = []",
        "[cache.disk]\nsize = -1",
        "[cache.disk]\nsize = 1e3",
    ] {
        sandbox.write("home/.config/sccache/config", text);
        door(&sandbox);
        sandbox.helper(&["check"]);
    }
}

/// Each has a home and a server, and the cache directory is both's.
#[test]
fn two_users_and_one_cache_directory() {
    let mut sandbox = Sandbox::new();
    let as_other = |sandbox: &Sandbox, dir: &str, command: &[&str]| {
        let mut other = sandbox.command("setpriv");
        other
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .args(command);
        other.current_dir(sandbox.path(dir)).output().unwrap()
    };
    sandbox.package("one");
    sandbox.second_worktree("second");
    for (path, mode) in [
        ("", 0o755),
        ("cache", 0o777),
        ("second", 0o777),
        ("other-bin", 0o755),
        ("other-home", 0o755),
    ] {
        fs::create_dir_all(sandbox.path(path)).unwrap();
        fs::set_permissions(sandbox.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let _ = std::os::unix::fs::chown(sandbox.path("other-home"), Some(65534), Some(65534));
    if !is_root() || !as_other(&sandbox, "second", &["cargo", "--version"]).status.success() {
        common::left_out("nobody may run this toolchain, or may not become nobody");
        return;
    }
    sandbox.set("SCCACHE_DIR", sandbox.path("cache"));
    sandbox.run("project", "cargo", &["build", "--offline", "-q"]);
    let size = || sandbox.run("cache", "find", &[".", "-type", "f"]).lines().count();
    let first = size();

    // The other user's own helper, home and server.
    let (program, helper) = (
        sandbox.path("other-bin/sccache-shell"),
        sandbox.path("other-bin/sccache"),
    );
    fs::copy(common::HELPER, &program).unwrap();
    std::os::unix::fs::symlink(&program, &helper).unwrap();
    fs::copy(common::real_sccache(), sandbox.path("other-bin/real")).unwrap();
    let mut other = Sandbox::new();
    let home = sandbox.path("other-home");
    for (name, value) in [
        ("HOME", home.clone()),
        ("CARGO_HOME", home.join("cargo")),
        ("SCCACHE_DIR", sandbox.path("cache")),
        ("SCCACHE_SERVER_UDS", home.join("s")),
        ("RUSTC_WRAPPER", helper),
        ("SCCACHE_SHELL_TRACE", home.join("trace")),
    ] {
        other.set(name, value);
    }
    for (text, is_edit) in [("one", false), ("two", true)] {
        if is_edit {
            sandbox.write("second/src/main.rs", common::main_that_prints(text));
        }
        let dir = sandbox.path("second");
        let build = as_other(&other, dir.to_str().unwrap(), &["cargo", "build", "--offline", "-q"]);
        assert!(
            build.status.success(),
            "{text} {build:?} {}",
            fs::read_to_string(home.join("trace")).unwrap_or_default()
        );
        assert_eq!(
            sandbox.run("second", dir.join("target/debug/app"), &[]),
            format!("{text}\n")
        );
    }
    let trace = fs::read_to_string(home.join("trace")).unwrap();
    assert!(trace.contains("\"form\":\"normal\""), "{trace}");
    assert!(size() >= first);
    let sccache = common::real_sccache();
    let stop = as_other(
        &other,
        home.to_str().unwrap(),
        &[sccache.to_str().unwrap(), "--stop-server"],
    );
    assert!(stop.status.success(), "{stop:?}");
}

/// sccache takes a link to a file of its own name for a wrapper, and runs the compiler behind it.
#[test]
fn a_helper_that_is_called_sccache() {
    let mut sandbox = Sandbox::new();
    sandbox.package("one");
    let copy = sandbox.path("bin/sccache");
    fs::create_dir(sandbox.path("bin")).unwrap();
    fs::copy(common::HELPER, &copy).unwrap();
    let trace = sandbox.path("trace");
    sandbox.set("RUSTC_WRAPPER", &copy).set("SCCACHE_SHELL_TRACE", &trace);
    sandbox.run("project", "cargo", &["build", "--offline", "-q"]);
    assert_eq!(
        sandbox.run("project", sandbox.path("project/target/debug/app"), &[]),
        "one\n"
    );
    let trace = fs::read_to_string(trace).unwrap();
    assert!(trace.contains("is called like a compiler cache"), "{trace}");
}
