//! The wrapper: what passes through untouched, what it mends, and that it never stands in the way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::Stdio;

use common::{HELPER, Sandbox};
use serde_json::Value;

/// A sandbox whose "sccache" writes down what it gets; a stand-in, because the real one hides it.
fn recording() -> Sandbox {
    let stub = tempfile::Builder::new().prefix("ss").tempdir().unwrap().keep();
    let program = stub.join("sccache");
    let script = "#!/bin/bash\nprintf '%s\\0' \"$@\" > \"$RECORD/args\"\nenv -0 > \"$RECORD/env\"\n\
                  tr '\\0' '\\n' < /proc/$$/cmdline > \"$RECORD/cmdline\"\ncat > \"$RECORD/stdin\"\nexit ${EXIT:-0}\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let mut sandbox = Sandbox::with_sccache(&program);
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
    // Others than UTF-8 are not for sccache.
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
fn signals_reach_the_real_one() {
    let stub = tempfile::tempdir().unwrap();
    let program = stub.path().join("sccache");
    fs::write(&program, "#!/bin/sh\nkill -TERM $$\n").unwrap();
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let sandbox = Sandbox::with_sccache(&program);
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
fn the_trace_says_what_was_done() {
    let mut sandbox = recording();
    let trace = sandbox.path("trace");
    sandbox.set("SCCACHE_SHELL_TRACE", &trace).set("TMPDIR", "/nonexistent");
    sandbox
        .wrapper()
        .args(["rustc", "--crate-name", "serde"])
        .status()
        .unwrap();
    sandbox.wrapper().args(["cc", "-c", "a.c"]).status().unwrap();
    sandbox.wrapper().arg("--show-stats").status().unwrap();
    let text = fs::read_to_string(&trace).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "one line per compile: {text}");
    assert_eq!(lines[0]["call"], "rustc");
    assert_eq!(lines[0]["crate_name"], "serde");
    assert_eq!(
        (&lines[0]["form"], &lines[0]["why"]),
        (&"plain".into(), &"no crate type".into())
    );
    assert_eq!(lines[0]["tmpdir"]["why"], "does not exist");
    assert_eq!(lines[1]["call"], "cc");
}

#[test]
fn a_trace_that_cannot_be_written_stops_nothing() {
    let mut sandbox = recording();
    for bad in ["/nonexistent/trace", "/", "/dev/full"] {
        sandbox.set("SCCACHE_SHELL_TRACE", bad);
        let output = sandbox.wrapper().arg("rustc").output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{bad}: {output:?}");
    }
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
    // Asked for itself, it says what is wrong, as a shell does.
    let output = sandbox.wrapper().arg("--show-stats").output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8_lossy(&output.stderr).contains("sccache: not found"));
}

#[test]
fn two_wrappers_on_path_do_not_call_each_other() {
    let mut sandbox = Sandbox::new();
    fs::remove_file(sandbox.path("libexec/sccache-shell/real")).unwrap();
    // Another version: another file, as an outer shell of an older flake leaves it on PATH.
    let older = sandbox.path("old/bin/sccache-shell");
    fs::create_dir_all(older.parent().unwrap()).unwrap();
    fs::copy(HELPER, &older).unwrap();
    let outer = sandbox.path("old/libexec/sccache-shell");
    fs::create_dir_all(&outer).unwrap();
    std::os::unix::fs::symlink(&older, outer.join("sccache")).unwrap();
    let search = [sandbox.path("libexec/sccache-shell"), outer.clone()];
    sandbox.set("PATH", std::env::join_paths(&search).unwrap());
    assert_eq!(
        sandbox.wrapper().arg("--version").output().unwrap().status.code(),
        Some(127)
    );
    std::os::unix::fs::symlink(common::real_sccache(), outer.join("real")).unwrap();
    let output = sandbox.wrapper().arg("--version").output().unwrap();
    assert!(
        String::from_utf8_lossy(&output.stdout).starts_with("sccache 0."),
        "{output:?}"
    );
}

/// Compiles one file through the wrapper and says whether the real sccache hit, missed or did neither.
fn compile(sandbox: &Sandbox) -> (u64, u64) {
    let output = sandbox
        .wrapper()
        .args([
            "rustc",
            "--crate-name",
            "x",
            "--crate-type",
            "lib",
            "--emit",
            "link,dep-info",
            "x.rs",
            "--out-dir",
        ])
        .arg(sandbox.path("project/target/debug/deps"))
        .args(["-C", "metadata=1", "-C", "extra-filename=-1"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let stats = sandbox
        .sccache()
        .args(["--show-stats", "--stats-format=json"])
        .output()
        .unwrap();
    let stats: Value = serde_json::from_slice(&stats.stdout).unwrap();
    let count = |what: &str| stats["stats"][what]["counts"]["Rust"].as_u64().unwrap_or(0);
    (count("cache_hits"), count("cache_misses"))
}

#[test]
fn shells_that_differ_in_cargo_only_variables_share_hits() {
    let mut sandbox = Sandbox::new();
    sandbox.write("project/x.rs", "pub fn x() {}");
    fs::create_dir_all(sandbox.path("project/target/debug/deps")).unwrap();
    sandbox.set("CARGO_TERM_COLOR", "always");
    assert_eq!(compile(&sandbox), (0, 1));
    sandbox
        .set("CARGO_TERM_COLOR", "never")
        .set("CARGO_NET_OFFLINE", "true")
        .set("CARGO_INCREMENTAL", "1");
    assert_eq!(compile(&sandbox), (1, 1));
    // Plain sccache does not: else this test would show nothing.
    sandbox.set("SCCACHE_SHELL", "off").set("CARGO_INCREMENTAL", "0");
    assert_eq!(compile(&sandbox), (1, 2));
}

#[test]
fn a_server_started_in_a_nix_shell_outlives_its_tmpdir() {
    let mut sandbox = Sandbox::new();
    sandbox.write("project/x.rs", "pub fn x() {}");
    fs::create_dir_all(sandbox.path("project/target/debug/deps")).unwrap();
    let nix = sandbox.path("nix-shell.aB3dE6");
    fs::create_dir(&nix).unwrap();
    sandbox.set("TMPDIR", &nix);
    assert_eq!(compile(&sandbox), (0, 1));
    let pid = sandbox.server_pid();
    fs::remove_dir_all(&nix).unwrap();
    sandbox.set("TMPDIR", "/var/tmp");
    sandbox.write("project/x.rs", "pub fn y() {}");
    assert_eq!(compile(&sandbox), (0, 2));
    assert_eq!((sandbox.server_pid(), sandbox.ids()), (pid, Vec::new()));
}

/// A stand-in for sccache that has the shim compile, and its report nowhere to go, as on a full disk.
#[test]
fn a_good_compile_that_cannot_be_reported_is_a_good_compile() {
    let stub = tempfile::tempdir().unwrap();
    let program = stub.path().join("sccache");
    let script = "#!/bin/sh\n[ \"$1\" = --version ] && { echo sccache 0.19.0; exit; }\n\
                  mkdir \"$(dirname \"$SCCACHE_SHELL_PLAN\")/report\" || exit 9\nexec \"$@\"\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let sandbox = Sandbox::with_sccache(&program);
    sandbox.write("project/x.rs", "pub fn x() {}");
    let deps = sandbox.path("project/target/debug/deps");
    fs::create_dir_all(&deps).unwrap();
    let mut rustc = sandbox.wrapper();
    rustc.args([
        "rustc",
        "--crate-name",
        "x",
        "--crate-type",
        "lib",
        "--emit",
        "link,dep-info",
        "x.rs",
    ]);
    rustc
        .args(["-C", "metadata=1", "-C", "extra-filename=-1", "--out-dir"])
        .arg(&deps);
    let output = rustc.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(deps.join("libx-1.rlib").is_file());
}

#[test]
fn a_miss_is_explained() {
    let sandbox = Sandbox::new();
    sandbox.package("one");
    let build = || sandbox.run("project", env!("CARGO"), &["build", "--offline", "-q"]);
    build();
    let said = || sandbox.run("project", HELPER, &["explain-miss", "app"]);
    assert!(said().contains("no earlier compile of it is remembered"), "{}", said());
    sandbox.package("two");
    std::fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    build();
    assert!(said().contains("<root>/src/main.rs: different content"), "{}", said());
    let unknown = sandbox.helper(&["explain-miss", "nothing"]);
    assert_eq!(unknown.status.code(), Some(1));
    let stopped = sandbox.sccache().arg("--stop-server").output().unwrap();
    assert!(stopped.status.success());
}

/// As `dx`, `cargo auditable` and others do, whatever rustc is called.
#[test]
fn a_tool_between_cargo_and_rustc_builds_uncached() {
    let mut sandbox = Sandbox::new();
    sandbox.package("hello");
    let tool = sandbox.program("bin/tool", "echo \"$1\" >>\"$CALLS\"; exec \"$@\"");
    let rustc = sandbox.run("project", "rustc", &["--print", "sysroot"]);
    let versioned = sandbox.path("bin/rustc-1.95");
    std::os::unix::fs::symlink(std::path::Path::new(rustc.trim()).join("bin/rustc"), &versioned).unwrap();
    sandbox
        .set("CALLS", sandbox.path("calls"))
        .set("RUSTC", &versioned)
        .set("RUSTC_WORKSPACE_WRAPPER", tool);
    assert!(sandbox.cargo_builds());
    let calls = std::fs::read_to_string(sandbox.path("calls")).unwrap();
    assert!(
        calls.lines().count() >= 2 && calls.lines().all(|call| call == versioned.to_str().unwrap()),
        "{calls}"
    );
    assert_eq!(sandbox.ids(), [""; 0]);
}
