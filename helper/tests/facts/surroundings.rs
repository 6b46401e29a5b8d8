//! Broken homes, users, servers and sccaches: the output is whole lines of text, nothing is lost, the shell opens in
//! time.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;
use std::time::{Duration, Instant};

use crate::support::{Sandbox, is_root};

/// Runs what the hook runs, which must succeed in time, and returns its lines.
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
fn homes_that_are_not_directories() {
    let mut sandbox = Sandbox::new();
    for home in ["/nonexistent", "", "/dev/null", "relative"] {
        sandbox.set("HOME", home);
        door(&sandbox);
    }
    sandbox.unset("HOME");
    door(&sandbox);
}

#[test]
fn a_config_that_may_not_be_read_or_written() {
    assert!(is_root(), "this test must run as root, to become a different user");
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
fn a_server_of_a_different_user() {
    assert!(is_root(), "this test must run as root, to become a different user");
    let sandbox = Sandbox::new();
    sandbox.start_server();
    let start = Instant::now();
    judge(&sandbox.as_nobody(&["check", "--quiet"]), start);
}

#[test]
fn tmpdirs_that_are_unusable() {
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
fn servers_that_hang_or_use_a_different_protocol() {
    let mut sandbox = Sandbox::new();
    for reply in [&b""[..], b"HTTP/1.1 400 Bad Request\r\n\r\n", &[0xff; 4096]] {
        let listener = sandbox.occupy_port();
        let reply = reply.to_vec();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let mut stream = stream;
                let _ = stream.write_all(&reply);
                // Kept open, as by a server that hangs.
                if reply.is_empty() {
                    std::mem::forget(stream);
                }
            }
        });
        let text = door(&sandbox);
        assert!(text.contains("[port-not-sccache]"), "{text}");
    }
}

#[test]
fn an_sccache_that_fails_hangs_or_prints_garbage() {
    for script in [
        "exit 1",
        "kill -SEGV $$",
        "sleep 60",
        "head -c 3000000 /dev/urandom",
        "printf '{'",
        "yes",
    ] {
        let text = door(&Sandbox::with_script(script));
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
fn a_config_file_with_garbage() {
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
        sandbox.configure(text);
        door(&sandbox);
        sandbox.helper(&["check"]);
    }
}
