//! Calls that the wrapper passes on to sccache: what stays untouched, what it repairs, and that it never fails a build.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;

use crate::support::{HELPER, NOTHING, Sandbox, real_sccache};

/// A sandbox whose sccache is a script that records its arguments, variables and stdin.
pub(super) fn recording() -> Sandbox {
    let script =
        "printf '%s\\0' \"$@\" >\"$RECORD/args\"\nenv -0 >\"$RECORD/env\"\ncat >\"$RECORD/stdin\"\nexit ${EXIT:-0}";
    let mut sandbox = Sandbox::with_script(script);
    sandbox.set("RECORD", sandbox.path(""));
    sandbox
}

fn recorded(sandbox: &Sandbox, name: &str) -> Option<Vec<u8>> {
    let env = fs::read(sandbox.path("env")).unwrap();
    let prefix = [name.as_bytes(), b"="].concat();
    env.split(|byte| *byte == 0)
        .find_map(|entry| entry.strip_prefix(prefix.as_slice()).map(<[u8]>::to_vec))
}

#[test]
fn arguments_stdin_and_exit_code_pass_through_byte_for_byte() {
    let mut sandbox = recording();
    // sccache does not accept arguments that are not UTF-8.
    let odd: [&[u8]; 5] = [b"a b", b"'\"$x", b"new\nline", b"\xc3\xa4\x01", b""];
    for first in [
        &b"rustc"[..],
        b"/usr/bin/cc",
        b"clippy-driver",
        b"@response",
        b"--show-stats",
        b"unknown",
    ] {
        sandbox.set("EXIT", "42");
        let mut child = sandbox
            .wrapper()
            .arg(OsStr::from_bytes(first))
            .args(odd.iter().map(|arg| OsStr::from_bytes(arg)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"\0\xffbytes").unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(42));
        assert!(output.stdout.is_empty() && output.stderr.is_empty(), "{output:?}");
        let expected: Vec<u8> = [&[first][..], &odd]
            .concat()
            .iter()
            .flat_map(|arg| [arg, &b"\0"[..]].concat())
            .collect();
        assert_eq!(fs::read(sandbox.path("args")).unwrap(), expected);
        assert_eq!(fs::read(sandbox.path("stdin")).unwrap(), b"\0\xffbytes");
    }
}

#[test]
fn a_signal_that_ends_sccache_ends_the_wrapper() {
    let sandbox = Sandbox::with_script("kill -TERM $$");
    let status = sandbox.wrapper().arg("rustc").status().unwrap();
    assert_eq!(status.signal(), Some(15));
}

#[test]
fn a_call_that_stays_plain_keeps_its_variables() {
    let mut sandbox = recording();
    sandbox
        .set("CARGO_TERM_COLOR", "always")
        .set("CARGO_NET_OFFLINE", "true")
        .set("CARGO_PKG_NAME", "x");
    for (first, removed) in [
        ("rustc", false),
        ("cc", false),
        ("clippy-driver", false),
        ("--show-stats", false),
    ] {
        assert!(sandbox.wrapper().arg(first).status().unwrap().success());
        for name in ["CARGO_TERM_COLOR", "CARGO_NET_OFFLINE"] {
            assert_eq!(recorded(&sandbox, name).is_none(), removed, "{first}: {name}");
        }
        assert_eq!(recorded(&sandbox, "CARGO_PKG_NAME").as_deref(), Some(&b"x"[..]));
    }
}

#[test]
fn what_sccache_refuses_leaves_a_c_compile_alone() {
    let mut sandbox = recording();
    sandbox.set("CARGO_INCREMENTAL", "1").set("CARGO_TERM_COLOR", "always");
    sandbox.wrapper().args(["cc", "-c", "x.c"]).output().unwrap();
    assert_eq!(recorded(&sandbox, "CARGO_INCREMENTAL"), None);
    assert_eq!(recorded(&sandbox, "CARGO_TERM_COLOR"), Some(b"always".to_vec()));

    let mut sandbox = Sandbox::new();
    sandbox.set("CARGO_INCREMENTAL", "1");
    assert!(!sandbox.compiles_c(), "plain sccache refuses it");
    let mut compile = sandbox.wrapper();
    compile.args(["cc", "-c", "x.c", "-o"]).arg(sandbox.path("x.o"));
    assert!(compile.output().unwrap().status.success());
}

#[test]
fn what_sccache_refuses_fails_no_build() {
    let mut sandbox = Sandbox::new();
    sandbox.package("hello");
    sandbox.set("CARGO_INCREMENTAL", "1").keep_trace();
    assert!(sandbox.cargo_builds());
    let form = |sandbox: &Sandbox| {
        let app = sandbox
            .take_trace()
            .into_iter()
            .find(|call| call["crate_name"] == "app")
            .unwrap();
        format!("{} {}", app["form"], app["rule"]).replace('"', "")
    };
    assert_eq!(form(&sandbox), "uncached incremental");
    // A profile that is not incremental, and a compile that would be left to sccache.
    sandbox
        .set("SCCACHE_SHELL_SHARE_MEMBERS", "false")
        .unset("CARGO_INCREMENTAL");
    sandbox.set("CARGO_BUILD_INCREMENTAL", "1");
    sandbox.compile_library(sandbox.wrapper(), &sandbox.rustc(), "", "out", &[]);
    let calls = sandbox.take_trace();
    assert!(calls.iter().all(|call| call["form"] == "uncached"), "{calls:?}");
}

#[test]
fn a_tmpdir_that_vanishes_is_replaced() {
    let mut sandbox = recording();
    let good = sandbox.path("good");
    let nix = sandbox.path("nix-shell.aB3dE6");
    for dir in [&good, &nix] {
        fs::create_dir(dir).unwrap();
    }
    sandbox.set("SCCACHE_SHELL_TMPDIR", &good);
    for (tmpdir, expected) in [
        (&nix, &good),
        (&PathBuf::from("/nonexistent"), &good),
        (&PathBuf::from("/var/tmp"), &PathBuf::from("/var/tmp")),
    ] {
        sandbox.set("TMPDIR", tmpdir);
        for first in ["rustc", "cc", "--start-server"] {
            sandbox.wrapper().arg(first).status().unwrap();
            assert_eq!(
                recorded(&sandbox, "TMPDIR").unwrap(),
                expected.as_os_str().as_bytes(),
                "{first}"
            );
        }
    }
    sandbox.unset("TMPDIR");
    sandbox.wrapper().arg("rustc").status().unwrap();
    assert_eq!(recorded(&sandbox, "TMPDIR"), None);
}

#[test]
fn switched_off_it_changes_nothing() {
    let mut sandbox = recording();
    let trace = sandbox.path("trace");
    sandbox.set("SCCACHE_SHELL", "off").set("SCCACHE_SHELL_TRACE", &trace);
    sandbox.set("TMPDIR", "/nonexistent").set("CARGO_TERM_COLOR", "always");
    assert!(sandbox.wrapper().arg("rustc").status().unwrap().success());
    assert_eq!(recorded(&sandbox, "TMPDIR").unwrap(), b"/nonexistent");
    assert_eq!(recorded(&sandbox, "CARGO_TERM_COLOR").unwrap(), b"always");
    assert!(!trace.exists());
}

#[test]
fn without_sccache_the_compiler_runs() {
    let mut sandbox = Sandbox::new();
    fs::remove_file(sandbox.path("libexec/sccache-shell/real")).unwrap();
    let compiler = sandbox.program("bin/mycc", "echo compiled \"$1\"; exit 7");
    sandbox.set("PATH", sandbox.path("libexec/sccache-shell"));
    let output = sandbox.wrapper().arg(&compiler).arg("a.c").output().unwrap();
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(7), &b"compiled a.c\n"[..])
    );
    assert!(output.stderr.is_empty());
    // For a command of sccache's own it fails as a shell does.
    let output = sandbox.wrapper().arg("--show-stats").output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).contains("sccache: not found"));
}

#[test]
fn two_wrappers_on_path_do_not_call_each_other() {
    let mut sandbox = Sandbox::new();
    fs::remove_file(sandbox.path("libexec/sccache-shell/real")).unwrap();
    // A different version, which an outer shell of an older flake leaves on PATH.
    let older = sandbox.path("old/bin/sccache-shell");
    fs::create_dir_all(older.parent().unwrap()).unwrap();
    fs::copy(HELPER, &older).unwrap();
    let outer = sandbox.path("old/libexec/sccache-shell");
    fs::create_dir_all(&outer).unwrap();
    symlink(&older, outer.join("sccache")).unwrap();
    let search = [sandbox.path("libexec/sccache-shell"), outer.clone()];
    sandbox.set("PATH", std::env::join_paths(&search).unwrap());
    assert_eq!(
        sandbox.wrapper().arg("--version").output().unwrap().status.code(),
        Some(127)
    );
    symlink(real_sccache(), outer.join("real")).unwrap();
    let output = sandbox.wrapper().arg("--version").output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).starts_with("sccache 0."),
        "{output:?}"
    );
}

/// As `dx`, `cargo auditable` and others do, whatever the file name of rustc is.
#[test]
fn a_tool_between_cargo_and_rustc_builds_uncached() {
    let mut sandbox = Sandbox::new();
    sandbox.package("hello");
    let tool = sandbox.program("bin/tool", "echo \"$1\" >>\"$CALLS\"; exec \"$@\"");
    let versioned = sandbox.path("bin/rustc-1.95");
    symlink(sandbox.rustc(), &versioned).unwrap();
    sandbox
        .set("CALLS", sandbox.path("calls"))
        .set("RUSTC", &versioned)
        .set("RUSTC_WORKSPACE_WRAPPER", tool);
    assert!(sandbox.cargo_builds());
    let calls = fs::read_to_string(sandbox.path("calls")).unwrap();
    assert!(
        calls.lines().count() >= 2 && calls.lines().all(|call| call == versioned.to_str().unwrap()),
        "{calls}"
    );
    assert_eq!(sandbox.ids(), NOTHING);
}
