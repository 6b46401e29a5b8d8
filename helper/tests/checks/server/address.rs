//! Ports and sockets.

use std::fs;
use std::time::Instant;

use crate::support::{NOTHING, Sandbox, real_sccache, what};

#[test]
pub(in crate::checks) fn port_not_sccache() {
    let mut sandbox = Sandbox::new();
    let _silent = sandbox.occupy_port();
    let start = Instant::now();
    let finding = sandbox.finding("port-not-sccache");
    assert!(start.elapsed().as_secs_f32() < 2.0, "{:?}", start.elapsed());
    let who = format!("(pid {})", std::process::id());
    assert!(what(&finding).contains(&who), "{finding}");
    sandbox.write("project/x.c", "int x;\n");
    let mut compile = sandbox.command("timeout");
    compile
        .arg("2")
        .arg(real_sccache())
        .args(["cc", "-c", "x.c", "-o", "x.o"]);
    assert_eq!(
        compile.status().unwrap().code(),
        Some(124),
        "the finding is right: a build hangs"
    );
    sandbox.fix("port-not-sccache");
    assert_eq!(sandbox.ids(), NOTHING);
}

/// `port-not-sccache` in a shell that has a private directory for sockets.
#[test]
fn a_private_socket_instead_of_a_port() {
    let mut sandbox = Sandbox::new();
    let _silent = sandbox.occupy_port();
    fs::create_dir(sandbox.path("run")).unwrap();
    sandbox.set("XDG_RUNTIME_DIR", sandbox.path("run"));
    sandbox.fix("port-not-sccache");
    assert!(sandbox.compiles_c());
    assert!(sandbox.path("run/sccache.sock").exists());
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
    // If the port is free on this machine: sccache connects to it.
    if let Ok(default) = std::net::TcpListener::bind("127.0.0.1:4226") {
        let mut client = sandbox.sccache().arg("--show-stats").spawn().unwrap();
        drop(default.accept().unwrap());
        client.wait().unwrap();
    }
    sandbox.fix("port-invalid");
    sandbox.set("SCCACHE_SERVER_PORT", "14226");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn uds_bad() {
    let mut sandbox = Sandbox::new();
    // How long a client waits for the server to start.
    let config = "server_startup_timeout_ms = 500\n[cache.disk]\nsize = \"24G\"\n";
    sandbox.configure(config);
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
        sandbox.fix("uds-bad");
    }
    let fits = sandbox.path("x".repeat(107 - sandbox.path("").as_os_str().len()));
    sandbox.set("SCCACHE_SERVER_UDS", fits);
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[cfg(target_os = "linux")]
#[test]
fn an_abstract_socket_works() {
    let mut sandbox = Sandbox::new();
    let name = sandbox.path("abstract").display().to_string();
    sandbox.set("SCCACHE_SERVER_UDS", format!("\\x00{name}"));
    assert!(sandbox.compiles_c());
    sandbox.configure("[cache.disk]\nsize = \"30G\"\n");
    // The server is found: its settings are compared.
    assert_eq!(sandbox.ids(), ["server-settings-differ"]);
    sandbox.stop_server();
    assert_eq!(sandbox.ids(), NOTHING);
}
