//! Each check of the foundation, seen firing on its cause and silent without it, on the real sccache.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use common::Sandbox;
use serde_json::Value;

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

#[test]
fn a_healthy_shell_is_silent() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    let output = sandbox.helper(&["check", "--quiet"]);
    assert!(
        output.status.success() && output.stdout.is_empty() && output.stderr.is_empty(),
        "{output:?}"
    );
    sandbox.start_server();
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn config_missing() {
    let mut sandbox = Sandbox::new();
    fs::remove_file(sandbox.config()).unwrap();
    let finding = sandbox.finding("config-missing");
    assert!(what(&finding).contains("falls back to 10 GiB"), "{finding}");
    assert_eq!(sandbox.planned_size(), 10 << 30, "it is as the check says");
    sandbox.mend("config-missing");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    assert!(fs::read_to_string(sandbox.config()).unwrap().contains("size = \"24G\""));
}

#[test]
fn config_missing_when_a_directory_or_a_link_to_nothing_is_there() {
    let sandbox = Sandbox::new();
    fs::remove_file(sandbox.config()).unwrap();
    std::os::unix::fs::symlink("/nonexistent", sandbox.config()).unwrap();
    assert_eq!(sandbox.ids(), ["config-missing"]);
    fs::remove_file(sandbox.config()).unwrap();
    fs::create_dir(sandbox.config()).unwrap();
    assert!(what(&sandbox.finding("config-missing")).contains("is a directory"));
}

#[test]
fn config_missing_names_the_variable() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_CONF", sandbox.path("none"));
    assert!(what(&sandbox.finding("config-missing")).contains("none (SCCACHE_CONF) does not exist"));
}

#[test]
fn config_invalid() {
    let mut sandbox = Sandbox::new();
    for (text, line, why) in [
        ("[cache.disk]\nsize = \"24GB\"\n", 2, "24GB"),
        ("# x\n\n[cache.disk\n", 3, "unclosed table"),
        ("[cache.disk]\nsizes = \"24G\"\n", 2, "unknown field `sizes`"),
        ("[cache]\ndisk = true\n", 2, "invalid type"),
    ] {
        sandbox.write("home/.config/sccache/config", text);
        let finding = sandbox.finding("config-invalid");
        let place = format!("{}:{line}: ", sandbox.config().display());
        assert!(
            what(&finding).contains(&place) && what(&finding).contains(why),
            "{finding}"
        );
        assert_eq!(sandbox.ids(), ["config-invalid"]);
        assert!(!sandbox.helper(&["check"]).status.success());
        assert!(!sandbox.compiles_c(), "it is as the check says");
        sandbox.edit_with("[cache.disk]\nsize = \"24G\"\n");
        sandbox.mend("config-invalid");
        assert!(sandbox.compiles_c());
        sandbox.stop_server();
    }
}

#[test]
fn cache_size_of_the_next_server() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    sandbox.write("home/.config/sccache/config", "# mine\n[cache.disk]\nsize = \"10G\"\n");
    let finding = sandbox.finding("cache-size");
    let number = format!(
        "the flake wants a cache of 24 GiB, {}:3 gives the next sccache server 10 GiB",
        sandbox.config().display()
    );
    assert_eq!(what(&finding), number);
    let shown = format!("{}:3: size = \"10G\"", sandbox.config().display());
    assert_eq!(finding["detail"][0], shown);
    sandbox.mend("cache-size");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    // The file wins where it says more.
    sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"50G\"\n");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn cache_size_of_the_running_server() {
    let mut sandbox = Sandbox::new();
    sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"10G\"\n");
    sandbox.start_server();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"24G\"\n");
    assert_eq!(sandbox.ids(), ["cache-size"]);
    let finding = sandbox.finding("cache-size");
    assert!(
        what(&finding).ends_with("the running sccache server has 10 GiB until it is restarted"),
        "{finding}"
    );
    sandbox.mend("cache-size");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn cache_size_names_the_variable_that_decides() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_SHELL_CACHE_SIZE", "24G");
    sandbox.set("SCCACHE_CACHE_SIZE", "5G");
    let finding = sandbox.finding("cache-size");
    assert!(
        what(&finding).contains("SCCACHE_CACHE_SIZE gives the next sccache server 5 GiB"),
        "{finding}"
    );
    sandbox.mend("cache-size");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn env_overrides_file() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_DIR", sandbox.path("cache"));
    let finding = sandbox.finding("env-overrides-file");
    let text = what(&finding);
    assert!(
        text.contains("SCCACHE_DIR in the environment replaces all of [cache.disk]"),
        "{text}"
    );
    assert!(
        text.contains("its size no longer counts (the next server gets 10 GiB)"),
        "{text}"
    );
    // What is set beside it is not lost.
    sandbox.set("SCCACHE_CACHE_SIZE", "24G");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    sandbox.unset("SCCACHE_CACHE_SIZE");
    sandbox.mend("env-overrides-file");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn cache_size_unparsed() {
    let mut sandbox = Sandbox::new();
    for text in ["24GB", "24GiB", "1.5G", " 24G", ""] {
        sandbox.set("SCCACHE_CACHE_SIZE", text);
        assert_eq!(sandbox.ids(), ["cache-size-unparsed"], "{text}");
        assert_eq!(sandbox.planned_size(), 24 << 30, "the file's counts: {text}");
    }
    sandbox.mend("cache-size-unparsed");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn server_settings_differ() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    let elsewhere = sandbox.path("home/elsewhere");
    sandbox.write(
        "home/.config/sccache/config",
        format!("[cache.disk]\nsize = \"48G\"\ndir = {elsewhere:?}\n"),
    );
    let finding = sandbox.finding("server-settings-differ");
    let text = what(&finding);
    assert!(text.contains("size limit 24 GiB (now configured: 48 GiB)"), "{text}");
    let configured = format!("(now configured: Local disk: {elsewhere:?})");
    assert!(text.contains(&configured), "{text}");
    sandbox.mend("server-settings-differ");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn server_tmpdir_gone() {
    let mut sandbox = Sandbox::new();
    let tmp = sandbox.path("nix-shell.aB3dE6");
    fs::create_dir(&tmp).unwrap();
    sandbox.set("TMPDIR", &tmp);
    let pid = sandbox.start_server();
    fs::remove_dir_all(&tmp).unwrap();
    sandbox.set("TMPDIR", "/var/tmp");
    let finding = sandbox.finding("server-tmpdir-gone");
    assert!(
        what(&finding).contains(&format!("(pid {pid}) uses TMPDIR {}, which was deleted", tmp.display())),
        "{finding}"
    );
    assert!(!sandbox.compiles_c(), "it is as the check says");
    sandbox.mend("server-tmpdir-gone");
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn tmpdir_unusable() {
    let mut sandbox = Sandbox::new();
    let file = sandbox.write("file", "");
    for bad in [PathBuf::new(), "relative".into(), "/nonexistent".into(), file] {
        sandbox.set("TMPDIR", &bad);
        let finding = sandbox.finding("tmpdir-unusable");
        // Behind our wrapper it is only a note; the compile test of the wrapper shows why.
        assert_eq!(finding["severity"], "info", "{finding}");
        sandbox.set("RUSTC_WRAPPER", common::real_sccache());
        let finding = sandbox.finding("tmpdir-unusable");
        assert_eq!(finding["severity"], "error", "{finding}");
        // An empty one is the working directory, for a server `/`: root may write there.
        assert!(bad.as_os_str().is_empty() || !sandbox.compiles_c(), "{}", bad.display());
        sandbox.set("RUSTC_WRAPPER", sandbox.path("libexec/sccache-shell/sccache"));
    }
    sandbox.mend("tmpdir-unusable");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn tmpdir_unusable_since_it_is_long() {
    let mut sandbox = Sandbox::new();
    let long = sandbox.path("x".repeat(200));
    fs::create_dir(&long).unwrap();
    sandbox.set("TMPDIR", &long);
    sandbox.set("RUSTC_WRAPPER", common::real_sccache());
    let finding = sandbox.finding("tmpdir-unusable");
    assert_eq!(finding["severity"], "error");
    // It is true: the real sccache cannot start a server there.
    assert!(
        !sandbox
            .sccache()
            .arg("--start-server")
            .output()
            .unwrap()
            .status
            .success()
    );
    sandbox.mend("tmpdir-unusable");
    // The wrapper that it is not is what made it an error.
    assert_eq!(sandbox.ids(), ["wrapper-shadowed"]);
}

#[test]
fn incremental_on() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/src/lib.rs", "pub fn x() {}\n");
    sandbox.unset("CARGO_INCREMENTAL");
    let finding = sandbox.finding("incremental-on");
    assert!(what(&finding).contains("(cargo's default)"), "{finding}");
    assert!(sandbox.cargo_builds());
    assert_eq!(sandbox.running_stat("requests_executed"), 0, "it is as the check says");
    sandbox.stop_server();
    fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    sandbox.write("project/.cargo/config.toml", "[build]\nincremental = true\n");
    let finding = sandbox.finding("incremental-on");
    assert!(what(&finding).contains(".cargo/config.toml:2"), "{finding}");
    let shown = finding["detail"][0].as_str().unwrap();
    assert!(shown.ends_with(".cargo/config.toml:2: incremental = true"), "{shown}");
    sandbox.write("project/.cargo/config.toml", "[build]\nincremental = false\n");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    sandbox.set("CARGO_INCREMENTAL", "1");
    sandbox.mend("incremental-on");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn wrapper_missing() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("RUSTC_WRAPPER");
    assert_eq!(sandbox.ids(), ["wrapper-missing"]);
    sandbox.set("RUSTC_WRAPPER", "");
    assert!(what(&sandbox.finding("wrapper-missing")).contains("RUSTC_WRAPPER is empty"));
    sandbox.mend("wrapper-missing");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

#[test]
fn wrapper_elsewhere() {
    let mut sandbox = Sandbox::new();
    let other = sandbox.program("bin/kache", "exec \"$@\"");
    sandbox.set("RUSTC_WRAPPER", &other);
    let finding = sandbox.finding("wrapper-elsewhere");
    assert!(what(&finding).contains("from RUSTC_WRAPPER, not sccache"), "{finding}");
    sandbox.mend("wrapper-elsewhere");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    sandbox.unset("RUSTC_WRAPPER");
    sandbox.write(
        "project/.cargo/config.toml",
        "[build]\n\nrustc-wrapper = \"../bin/kache\"\n",
    );
    assert!(what(&sandbox.finding("wrapper-elsewhere")).contains(".cargo/config.toml:3"));
}

#[test]
fn sccache_missing() {
    let mut sandbox = Sandbox::new();
    fs::remove_file(sandbox.path("libexec/sccache-shell/real")).unwrap();
    sandbox.set("PATH", sandbox.path("libexec/sccache-shell"));
    let output = sandbox.helper(&["check"]);
    assert_eq!(output.status.code(), Some(1), "a finding, not a failure to run");
    assert_eq!(sandbox.ids(), ["sccache-missing"]);
}

#[test]
fn sccache_broken() {
    for (script, why) in [
        ("echo oops >&2; exit 3", "oops"),
        ("echo hello", "its answer cannot be read"),
        ("sleep 100", "did not answer within 1.5 s"),
    ] {
        let stub = tempfile::tempdir().unwrap();
        let program = stub.path().join("sccache");
        fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let sandbox = Sandbox::with_sccache(&program);
        let start = std::time::Instant::now();
        let finding = sandbox.finding("sccache-broken");
        assert!(start.elapsed().as_secs_f32() < 2.0);
        assert!(what(&finding).contains(why), "{finding}");
    }
}

#[test]
fn port_not_sccache() {
    let mut sandbox = Sandbox::new();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    sandbox
        .unset("SCCACHE_SERVER_UDS")
        .set("SCCACHE_SERVER_PORT", port.to_string());
    let start = std::time::Instant::now();
    let finding = sandbox.finding("port-not-sccache");
    assert!(start.elapsed().as_secs_f32() < 2.0, "{:?}", start.elapsed());
    let who = format!("(pid {})", std::process::id());
    assert!(what(&finding).contains(&who), "{finding}");
    sandbox.write("project/x.c", "int x;\n");
    let mut compile = sandbox.command("timeout");
    compile
        .arg("2")
        .arg(common::real_sccache())
        .args(["cc", "-c", "x.c", "-o", "x.o"]);
    assert_eq!(
        compile.status().unwrap().code(),
        Some(124),
        "it is as the check says: a build hangs"
    );
    sandbox.mend("port-not-sccache");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
}

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
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    signal("-STOP");
    sandbox.mend("server-not-answering");
    sandbox.wait_for_end(pid);
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    assert!(sandbox.compiles_c());
}

#[test]
fn ignored_checks_are_silent() {
    let mut sandbox = Sandbox::new();
    sandbox.unset("RUSTC_WRAPPER");
    assert_eq!(sandbox.helper(&["check", "--strict"]).status.code(), Some(1));
    let ignored = sandbox.helper(&["check", "--strict", "--ignore", "wrapper-missing"]);
    assert_eq!(ignored.status.code(), Some(0));
    sandbox.set("SCCACHE_SHELL_IGNORE", "from-the-future,disk-too-small,wrapper-missing");
    assert_eq!(sandbox.ids(), Vec::<String>::new());
    assert_eq!(
        sandbox.helper(&["check", "--ignore", "no-such-id"]).status.code(),
        Some(2)
    );
}
