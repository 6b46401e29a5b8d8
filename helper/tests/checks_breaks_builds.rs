//! The checks for what breaks builds: each cause made on the real sccache and cargo, and the failure seen, before the
//! check is asked. Servers of others and in other namespaces are in `checks_servers.rs`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;

use common::{Sandbox, older_sccache, real_sccache};
use serde_json::Value;

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

const NOTHING: [&str; 0] = [];

#[test]
fn env_bool_invalid() {
    let mut sandbox = Sandbox::new();
    for (name, value) in [
        ("SCCACHE_DIRECT", "yes"),
        ("SCCACHE_CLIENT_SIDE", "no"),
        ("SCCACHE_SKIP_CACHE_CHECK", "2"),
    ] {
        sandbox.set(name, value);
        assert!(!sandbox.compiles_c(), "{name}");
        assert_eq!(sandbox.ids(), ["env-bool-invalid"]);
        let finding = sandbox.finding("env-bool-invalid");
        assert!(what(&finding).starts_with(&format!("{name}=`{value}`")), "{finding}");
        sandbox.mend("env-bool-invalid");
        assert!(!sandbox.finds("env-bool-invalid"), "{name}");
        sandbox.unset(name);
    }
    sandbox.set("SCCACHE_CLIENT_SIDE", "off");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c());
}

#[test]
fn basedirs_relative() {
    let mut sandbox = Sandbox::new();
    for value in ["~/src:/y", "src", "/x:y"] {
        sandbox.set("SCCACHE_BASEDIRS", value);
        assert!(!sandbox.compiles_c());
        assert_eq!(sandbox.ids(), ["basedirs-relative"]);
        sandbox.mend("basedirs-relative");
    }
    sandbox.unset("SCCACHE_BASEDIRS");
    sandbox.write(
        "home/.config/sccache/config",
        "basedirs = [\"/x\",\n \"~/y\"]\n[cache.disk]\nsize = \"24G\"\n",
    );
    let finding = sandbox.finding("basedirs-relative");
    let place = format!("{}:1 has `~/y`", sandbox.config().display());
    assert!(what(&finding).starts_with(&place), "{finding}");
    sandbox.edit_with("[cache.disk]\nsize = \"24G\"\n");
    sandbox.mend("basedirs-relative");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn config_key_too_new() {
    for (version, text, key) in [
        (
            "0.17",
            "[cache.webdav]\nendpoint = \"http://x\"\ndisable_create_dir = true\n",
            "cache.webdav.disable_create_dir",
        ),
        ("0.16", "client_side_mode = false\n", "client_side_mode"),
    ] {
        let Some(older) = older_sccache(version) else { continue };
        let sandbox = Sandbox::with_sccache(&older);
        sandbox.write("home/.config/sccache/config", text);
        assert!(!sandbox.compiles_c());
        assert_eq!(sandbox.ids(), ["config-key-too-new"]);
        let finding = sandbox.finding("config-key-too-new");
        assert!(what(&finding).contains(&format!("`{key}` needs sccache")), "{finding}");
        // A key that nobody knows is another matter.
        sandbox.write("home/.config/sccache/config", "nonsense = 1\n");
        assert_eq!(sandbox.ids(), ["config-invalid"]);
    }
    let sandbox = Sandbox::new();
    sandbox.write(
        "home/.config/sccache/config",
        "client_side_mode = false\n[cache.disk]\nsize = \"24G\"\n",
    );
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn incremental_forced() {
    let mut sandbox = Sandbox::new();
    sandbox
        .set("CARGO_INCREMENTAL", "1")
        .set("RUSTC_WRAPPER", real_sccache());
    assert!(!sandbox.compiles_c());
    // That cargo goes past our wrapper is found, too.
    assert_eq!(sandbox.ids(), ["incremental-forced", "wrapper-shadowed"]);
    // Behind our wrapper it is merely not cached.
    let wrapper = sandbox.path("libexec/sccache-shell/sccache");
    sandbox.set("RUSTC_WRAPPER", &wrapper);
    assert_eq!(sandbox.ids(), ["incremental-on"]);
    sandbox.set("RUSTC_WRAPPER", real_sccache());
    sandbox.mend("incremental-forced");
    assert!(sandbox.compiles_c());
    sandbox.set("RUSTC_WRAPPER", wrapper);
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cargo_config_invalid() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/.cargo/config.toml", "[build]\n\ntarget-dir = \n");
    assert!(!sandbox.cargo_builds());
    let finding = sandbox.finding("cargo-config-invalid");
    let place = sandbox.path("project/.cargo/config.toml");
    assert!(
        what(&finding).starts_with(&format!("cargo cannot read {}:3: ", place.display())),
        "{finding}"
    );
    sandbox.write("project/.cargo/config.toml", [0xff, 0xfe]);
    assert!(!sandbox.cargo_builds());
    assert!(what(&sandbox.finding("cargo-config-invalid")).contains("UTF-8"));
    sandbox.write("project/.cargo/config.toml", "[build]\n\ntarget-dir = \n");
    sandbox.edit_with("[build]\n");
    sandbox.mend("cargo-config-invalid");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.cargo_builds());
    // A file that includes one that is not there, as cargo sees it since 1.94.
    fs::write(&place, "include = [\"none.toml\"]\n").unwrap();
    assert!(!sandbox.cargo_builds());
    assert!(what(&sandbox.finding("cargo-config-invalid")).contains("none.toml, which is not there"));
    fs::remove_file(place).unwrap();
    sandbox.write("project/Cargo.toml", "[package\n");
    assert!(!sandbox.cargo_builds());
    assert!(sandbox.finds("cargo-config-invalid"));
}

#[test]
fn workspace_wrapper() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let other = sandbox.program("bin/mine", "exec \"$@\"");
    sandbox.set("RUSTC_WORKSPACE_WRAPPER", &other);
    assert!(
        sandbox.cargo_builds() && !sandbox.finds("workspace-wrapper"),
        "our wrapper goes past sccache"
    );
    let _ = fs::remove_dir_all(sandbox.path("project/target"));
    sandbox.go_past_the_wrapper();
    assert!(!sandbox.cargo_builds());
    assert!(sandbox.finds("workspace-wrapper"));
    // It is sccache that does not know it.
    let wrapper = common::real_sccache();
    sandbox.set("RUSTC_WRAPPER", "");
    assert!(sandbox.cargo_builds() && !sandbox.finds("workspace-wrapper"));
    sandbox.set("RUSTC_WRAPPER", &wrapper);
    sandbox.mend("workspace-wrapper");
    assert!(!sandbox.finds("workspace-wrapper"));
    assert!(sandbox.cargo_builds());
    sandbox.set("RUSTC_WORKSPACE_WRAPPER", "clippy-driver");
    assert!(!sandbox.finds("workspace-wrapper"));
    assert!(sandbox.cargo_builds());
    sandbox.unset("RUSTC_WORKSPACE_WRAPPER");
    sandbox.write(
        "project/.cargo/config.toml",
        "[build]\nrustc-workspace-wrapper = \"../bin/mine\"\n",
    );
    assert!(!sandbox.cargo_builds());
    assert!(what(&sandbox.finding("workspace-wrapper")).contains("config.toml:2"));
}

#[test]
fn wrapper_not_found() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.set("RUSTC_WRAPPER", "/nonexistent/sccache");
    assert!(!sandbox.cargo_builds());
    assert_eq!(sandbox.ids(), ["wrapper-not-found"]);
    sandbox.mend("wrapper-not-found");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.cargo_builds());
}

#[test]
fn start_server_leaked() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_START_SERVER", "1");
    assert!(!sandbox.compiles_c());
    assert_eq!(sandbox.ids(), ["start-server-leaked"]);
    sandbox.mend("start-server-leaked");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_START_SERVER", "0");
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn port_invalid() {
    let mut sandbox = Sandbox::new();
    for value in ["70000", "sccache", ""] {
        sandbox.set("SCCACHE_SERVER_PORT", value);
        assert_eq!(sandbox.ids(), NOTHING, "the socket wins");
    }
    sandbox.unset("SCCACHE_SERVER_UDS");
    let finding = sandbox.finding("port-invalid");
    assert!(what(&finding).ends_with("its default, 127.0.0.1:4226"), "{finding}");
    // Where nobody has that port, somebody who listens there sees it come.
    if let Ok(default) = std::net::TcpListener::bind("127.0.0.1:4226") {
        let mut client = sandbox.sccache().arg("--show-stats").spawn().unwrap();
        drop(default.accept().unwrap());
        client.wait().unwrap();
    }
    sandbox.mend("port-invalid");
    sandbox.set("SCCACHE_SERVER_PORT", "14226");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn uds_bad() {
    let mut sandbox = Sandbox::new();
    // The server's start is not waited for longer than this.
    let config = "server_startup_timeout_ms = 500\n[cache.disk]\nsize = \"24G\"\n";
    sandbox.write("home/.config/sccache/config", config);
    let long = sandbox.path("x".repeat(108 - sandbox.path("").as_os_str().len()));
    for (path, why) in [
        ("none/s".into(), "is not absolute"),
        (sandbox.path("none/s"), "is in a directory that does not exist"),
        (long, "has 108 bytes"),
    ] {
        sandbox.set("SCCACHE_SERVER_UDS", &path);
        assert!(!sandbox.compiles_c(), "{why}");
        assert_eq!(sandbox.ids(), ["uds-bad"]);
        assert!(what(&sandbox.finding("uds-bad")).contains(why));
        sandbox.mend("uds-bad");
    }
    let fits = sandbox.path("x".repeat(107 - sandbox.path("").as_os_str().len()));
    sandbox.set("SCCACHE_SERVER_UDS", fits);
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[cfg(target_os = "linux")]
#[test]
fn a_socket_without_a_file_is_good() {
    let mut sandbox = Sandbox::new();
    let name = sandbox.path("abstract").display().to_string();
    sandbox.set("SCCACHE_SERVER_UDS", format!("\\x00{name}"));
    assert!(sandbox.compiles_c());
    sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"30G\"\n");
    // It is found: its settings are compared.
    assert_eq!(sandbox.ids(), ["server-settings-differ"]);
    sandbox.stop_server();
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn error_log_unwritable() {
    let mut sandbox = Sandbox::new();
    let config = "server_startup_timeout_ms = 500\n[cache.disk]\nsize = \"24G\"\n";
    sandbox.write("home/.config/sccache/config", config);
    for value in [sandbox.path("none/log"), sandbox.path("project"), "".into()] {
        sandbox.set("SCCACHE_ERROR_LOG", &value);
        assert!(!sandbox.compiles_c(), "{}", value.display());
        assert_eq!(sandbox.ids(), ["error-log-unwritable"]);
    }
    sandbox.set("SCCACHE_ERROR_LOG", sandbox.path("log"));
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c());
    sandbox.set("SCCACHE_ERROR_LOG", "");
    sandbox.mend("error-log-unwritable");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cache_dir_unusable() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("file", "");
    let config = |dir: &str| {
        sandbox.write(
            "home/.config/sccache/config",
            format!("[cache.disk]\nsize = \"24G\"\ndir = \"{dir}\"\n"),
        )
    };
    for dir in [file.to_str().unwrap(), file.join("deeper").to_str().unwrap()] {
        config(dir);
        assert!(!sandbox.compiles_c(), "{dir}");
        assert_eq!(sandbox.ids(), ["cache-dir-unusable"], "{dir}");
        sandbox.sccache().arg("--stop-server").output().unwrap();
    }
    config(sandbox.path("new/dir").to_str().unwrap());
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cache_dir_unusable_by_another_user() {
    let mut sandbox = Sandbox::new();
    assert!(sandbox.compiles_c());
    sandbox.stop_server();
    let cache = sandbox.path("home/.cache");
    let found = |sandbox: &Sandbox| {
        let output = sandbox.as_nobody(&["check", "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["id"] == "cache-dir-unusable");
        finding.map(|finding| (what(finding), finding["fix"]["run"].as_str().unwrap().to_owned()))
    };
    let (what, fix) = found(&sandbox).unwrap();
    assert!(what.contains("is user 0's and may not be written to"), "{what}");
    assert!(fix.starts_with("sudo chown -R"), "{fix}");
    // The tests are root already, and so is their sudo; whom it is for it asks `id`.
    sandbox.program("libexec/sccache-shell/sudo", "exec \"$@\"");
    sandbox.program("libexec/sccache-shell/id", "echo 65534");
    sandbox.run("project", "sh", &["-c", &fix]);
    sandbox.run("", "chown", &["-R", "65534", cache.to_str().unwrap()]);
    assert_eq!(found(&sandbox), None);

    // One's own, but read-only.
    fs::set_permissions(cache.join("sccache"), fs::Permissions::from_mode(0o500)).unwrap();
    let (what, fix) = found(&sandbox).unwrap();
    assert!(what.contains("is read-only and may not be written to"), "{what}");
    sandbox.set("SHELL_COMMAND", &fix);
    let mend = "exec setpriv --reuid=65534 --regid=65534 --clear-groups sh -c \"$SHELL_COMMAND\"";
    sandbox.run("", "sh", &["-c", mend]);
    assert_eq!(found(&sandbox), None);
}

#[test]
fn cargo_cached_wrapper_failure() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.go_past_the_wrapper();
    fs::create_dir(sandbox.path("project/target")).unwrap();
    sandbox.set("TMPDIR", "/nonexistent");
    assert!(!sandbox.cargo_builds());
    sandbox.set("TMPDIR", "/var/tmp");
    assert!(
        !sandbox.cargo_builds(),
        "cargo has forgotten it: the check is not needed any more"
    );
    assert_eq!(sandbox.ids(), ["cargo-cached-wrapper-failure"]);
    sandbox.mend("cargo-cached-wrapper-failure");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.cargo_builds());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn cargo_remembers_it_in_the_build_directory() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.go_past_the_wrapper();
    sandbox.write("project/.cargo/config.toml", "[build]\nbuild-dir = \"units\"\n");
    fs::create_dir(sandbox.path("project/units")).unwrap();
    fs::set_permissions(sandbox.path("project/units"), fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.set("TMPDIR", "/nonexistent");
    assert!(!sandbox.cargo_builds());
    sandbox.set("TMPDIR", "/var/tmp");
    assert_eq!(sandbox.ids(), ["cargo-cached-wrapper-failure"]);
}
