//! Cargo gives the wrapper, and so the server, what `[env]` of its configuration says; a shell shows none of it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use common::Sandbox;

const NOTHING: [&str; 0] = [];

/// A package whose cargo configuration has this table.
fn sandbox(env: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.package("x");
    sandbox.write("project/.cargo/config.toml", format!("[env]\n{env}"));
    sandbox
}

fn what(sandbox: &Sandbox, id: &str) -> String {
    sandbox.finding(id)["what"].as_str().unwrap().to_owned()
}

#[test]
fn a_variable_that_breaks_every_compile() {
    let sandbox = sandbox("SCCACHE_DIRECT = \"yes\"\n");
    assert!(!sandbox.cargo_builds(), "sccache refuses the word");
    let finding = sandbox.finding("env-bool-invalid");
    assert_eq!(finding["severity"], "error");
    let place = sandbox.path("project/.cargo/config.toml").display().to_string() + ":2";
    assert!(finding["what"].as_str().unwrap().contains(&place), "{finding}");
    assert_eq!(finding["fix"]["do"], format!("set SCCACHE_DIRECT to true in {place}"));
    sandbox.write(
        "project/.cargo/config.toml",
        "[env]\nSCCACHE_DIRECT = \"true\"\nSCCACHE_CACHE_SIZE = \"24G\"\n",
    );
    assert!(sandbox.cargo_builds());
    assert!(!sandbox.finds("env-bool-invalid"));
}

#[test]
fn the_server_is_where_cargo_says() {
    let mut sandbox = sandbox("");
    let socket = sandbox.path("of-cargo");
    let table = format!(
        "[env]\nSCCACHE_SERVER_UDS = {{ value = \"{}\", force = true }}\nSCCACHE_RECACHE = \"0\"\n",
        socket.display()
    );
    sandbox.write("project/.cargo/config.toml", table);
    assert!(sandbox.cargo_builds());
    assert_eq!(sandbox.server_pid(), None, "no server at the shell's own address");
    assert_eq!(sandbox.ids(), ["recache-set"]);
    let output = sandbox.helper(&["check"]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains(&format!(" at {}", socket.display())), "{text}");
    assert!(
        text.contains("variables  cargo gives each compile SCCACHE_RECACHE ("),
        "{text}"
    );
    // Another size: the command must end that server, and no other.
    sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"30G\"\n");
    let finding = sandbox.finding("server-settings-differ");
    let stop = format!("SCCACHE_SERVER_UDS={} sccache --stop-server", socket.display());
    assert_eq!(finding["fix"]["run"], stop.as_str());
    sandbox.mend("server-settings-differ");
}

#[test]
fn a_forced_value_wins_and_another_does_not() {
    let mut sandbox = sandbox("SCCACHE_RECACHE = \"1\"\n");
    assert_eq!(sandbox.ids(), ["recache-set"]);
    assert!(what(&sandbox, "recache-set").contains("config.toml:2"));
    sandbox.write("project/.cargo/config.toml", "[env]\nSCCACHE_IDLE_TIMEOUT = \"x\"\n");
    assert_eq!(sandbox.ids(), NOTHING, "the shell has one");
    sandbox.write(
        "project/.cargo/config.toml",
        "[env]\nSCCACHE_IDLE_TIMEOUT = { value = \"x\", force = true }\n",
    );
    assert_eq!(sandbox.ids(), ["idle-timeout"]);
    sandbox.set("SCCACHE_RECACHE", "0");
    assert!(
        !what(&sandbox, "recache-set").contains("config.toml"),
        "that one is the shell's"
    );
}

#[test]
fn the_config_file_that_cargo_names() {
    let sandbox = sandbox("SCCACHE_CONF = { value = \"mine.toml\", relative = true }\n");
    assert_eq!(sandbox.ids(), ["config-missing"]);
    let output = sandbox.helper(&["init", "--size", "30G"]);
    assert!(output.status.success(), "{output:?}");
    assert!(sandbox.path("project/mine.toml").exists());
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn a_relative_config_file() {
    let mut sandbox = sandbox("");
    sandbox.write("project/.sccache.toml", "[cache.disk]\nsize = \"30G\"\n");
    sandbox.set("SCCACHE_CONF", ".sccache.toml");
    assert_eq!(sandbox.planned_size(), 30 << 30);
    std::fs::create_dir(sandbox.path("project/sub")).unwrap();
    assert_eq!(
        sandbox.go("project/sub").planned_size(),
        10 << 30,
        "another file in each directory"
    );
    sandbox.go("project").mend("config-relative");
    assert_eq!(sandbox.go("project/sub").planned_size(), 30 << 30);
    sandbox.set("SCCACHE_CONF", "~/.config/sccache/config");
    sandbox.mend("config-relative");
    assert!(!sandbox.finds("config-relative"));
    assert_eq!(sandbox.planned_size(), 24 << 30);
}
