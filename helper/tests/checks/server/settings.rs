//! Settings that a server takes when it starts.

use std::time::Duration;

use crate::support::{NOTHING, Sandbox, wait_for_end, what};

#[test]
fn server_settings_differ() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    let elsewhere = sandbox.path("home/elsewhere");
    sandbox.configure(format!("[cache.disk]\nsize = \"48G\"\ndir = {elsewhere:?}\n"));
    let finding = sandbox.finding("server-settings-differ");
    let text = what(&finding);
    assert!(text.contains("size limit 24 GiB (now configured: 48 GiB)"), "{text}");
    let configured = format!("(now configured: Local disk: {elsewhere:?})");
    assert!(text.contains(&configured), "{text}");
    sandbox.fix("server-settings-differ");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn error_log_unwritable() {
    let mut sandbox = Sandbox::new();
    let config = "server_startup_timeout_ms = 500\n[cache.disk]\nsize = \"24G\"\n";
    sandbox.configure(config);
    for value in [sandbox.path("none/log"), sandbox.path("project"), "".into()] {
        sandbox.set("SCCACHE_ERROR_LOG", &value);
        assert!(!sandbox.compiles_c(), "{}", value.display());
        assert_eq!(sandbox.ids(), ["error-log-unwritable"]);
    }
    sandbox.set("SCCACHE_ERROR_LOG", sandbox.path("log"));
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c());
    sandbox.set("SCCACHE_ERROR_LOG", "");
    sandbox.fix("error-log-unwritable");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn idle_timeout() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "10m");
    let finding = sandbox.finding("idle-timeout");
    assert_eq!(finding["severity"], "info");
    sandbox.fix("idle-timeout");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "0");
    assert_eq!(sandbox.ids(), NOTHING, "no server has read it yet");
    sandbox.start_server();
    sandbox.fix("idle-timeout");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.helper(&["check", "--quiet"]).stdout.is_empty());
}

/// `idle-timeout`: a number ends the server after that many seconds, anything else has no effect.
#[test]
fn an_idle_timeout_that_is_not_a_number_is_ignored() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "1s");
    let pid = sandbox.start_server();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(sandbox.server_pid(), Some(pid));
    sandbox.stop_server();
    wait_for_end(pid);
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "1");
    wait_for_end(sandbox.start_server());
}
