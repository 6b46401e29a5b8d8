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
    sandbox.start_server();
    assert_eq!(sandbox.ids(), ["env-bool-invalid"], "the server is well");
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
    assert_eq!(sandbox.ids(), ["cache-bypassed"]);
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
    assert_eq!(sandbox.ids(), ["cache-bypassed"]);
    assert!(what(&sandbox, "cache-bypassed").contains("config.toml:2"));
    sandbox.write("project/.cargo/config.toml", "[env]\nSCCACHE_IDLE_TIMEOUT = \"x\"\n");
    assert_eq!(sandbox.ids(), NOTHING, "the shell has one");
    sandbox.write(
        "project/.cargo/config.toml",
        "[env]\nSCCACHE_IDLE_TIMEOUT = { value = \"x\", force = true }\n",
    );
    assert_eq!(sandbox.ids(), ["idle-timeout"]);
    sandbox.set("SCCACHE_RECACHE", "0");
    assert!(
        !what(&sandbox, "cache-bypassed").contains("config.toml"),
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

/// A workspace of a library, a macro that puts a variable's value into the code, and a program that uses both.
fn workspace(env: &str) -> Sandbox {
    let mut sandbox = sandbox(env);
    let member = |name: &str, rest: &str| {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}");
        sandbox.write(format!("project/{name}/Cargo.toml"), manifest);
    };
    member("a", "");
    member("mac", "[lib]\nproc-macro = true\n");
    member(
        "app",
        "[dependencies]\na = { path = \"../a\" }\nmac = { path = \"../mac\" }\n",
    );
    sandbox.write(
        "project/Cargo.toml",
        "[workspace]\nresolver = \"2\"\nmembers = [\"a\", \"app\", \"mac\"]\n",
    );
    sandbox.write("project/a/src/lib.rs", "pub const A: u32 = 1;\n");
    let reads = "extern crate proc_macro;\n#[proc_macro]\npub fn dir(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n\
        format!(\"{:?}\", std::env::var(\"CARGO_WORKSPACE_DIR\").unwrap_or_default()).parse().unwrap()\n}\n";
    sandbox.write("project/mac/src/lib.rs", reads);
    sandbox.write("project/app/src/main.rs", "fn main() { println!(\"{}\", a::A); }\n");
    sandbox.second_worktree("other");
    // The sandbox's cargo home is another than its user's.
    let home = std::env::var_os("CARGO_HOME").unwrap_or_default();
    sandbox.set("CARGO_HOME", home);
    sandbox
}

const WORKSPACE_DIR: &str =
    "CARGO_WORKSPACE_DIR = { value = \"\", relative = true }\nMINE = { value = \"x\", relative = true }\n";

fn misses_in_the_other(sandbox: &Sandbox) -> Vec<String> {
    sandbox.run("project", "cargo", &["build", "-q", "--offline"]);
    let trace = sandbox.path("trace");
    let output = sandbox
        .command("cargo")
        .args(["build", "-q", "--offline"])
        .current_dir(sandbox.path("other"))
        .env("SCCACHE_SHELL_TRACE", &trace)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = std::fs::read_to_string(trace).unwrap();
    let calls = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let missed = calls.filter(|call| call["outcome"].is_string() && call["outcome"] != "hit");
    missed
        .map(|call| call["crate_name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_directory_that_cargo_names_in_every_worktree() {
    let mut sandbox = workspace(WORKSPACE_DIR);
    assert_eq!(misses_in_the_other(&sandbox), NOTHING);
    assert!(!sandbox.go("other").finds("cargo-env-in-key"));
    // What takes it into the code takes its own.
    let uses = "fn main() { println!(\"{} {}\", a::A, mac::dir!()); }\n";
    for worktree in ["project", "other"] {
        sandbox.write(format!("{worktree}/app/src/main.rs"), uses);
        let root = sandbox.path(worktree).display().to_string();
        assert_eq!(
            sandbox.run(worktree, "cargo", &["run", "-q", "--offline"]),
            format!("1 {root}/\n")
        );
    }
}

#[test]
fn a_shell_that_has_settings_of_cargos_own() {
    let mut sandbox = workspace("");
    sandbox
        .set("CARGO_INSTALL_ROOT", "/a")
        .set("CARGO_PROFILE_RELEASE_LTO", "true");
    sandbox.run("project", "cargo", &["build", "-q", "--offline"]);
    sandbox
        .set("CARGO_INSTALL_ROOT", "/b")
        .unset("CARGO_PROFILE_RELEASE_LTO");
    sandbox
        .set("CARGO_LOG", "error")
        .set("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER", "x");
    std::fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    assert_eq!(misses_in_the_other(&sandbox), NOTHING);
    sandbox.unset("CARGO_LOG");
    assert_eq!(misses_in_the_other(&sandbox), NOTHING);
}

#[test]
fn a_value_with_this_worktrees_path() {
    let mut sandbox = workspace("");
    let mine = format!("--root={}", sandbox.path("project").display());
    sandbox.set("CARGO_MINE", mine);
    let text = |sandbox: &Sandbox| String::from_utf8(sandbox.helper(&["check"]).stdout).unwrap();
    assert!(what(&sandbox, "cargo-env-in-key").starts_with("CARGO_MINE is in the key of each"));
    assert!(
        text(&sandbox).contains("; only crates without dependencies can be shared: CARGO_MINE holds this one's path\n"),
        "{}",
        text(&sandbox)
    );
    sandbox.set("CARGO_MINE", "x");
    assert!(!sandbox.finds("cargo-env-in-key"));
    assert!(
        text(&sandbox).contains(", by shells with the same CARGO_"),
        "{}",
        text(&sandbox)
    );
    sandbox.unset("CARGO_MINE");
    sandbox.write(
        "project/.cargo/config.toml",
        format!("[env]\nMINE = \"-I{}\"\n", sandbox.path("project").display()),
    );
    assert!(what(&sandbox, "cargo-env-in-key").starts_with("MINE is in the key of each"));
    // Below the root: the same for members, not for what comes from a registry.
    sandbox.write(
        "project/.cargo/config.toml",
        "[env]\nMINE = { value = \"data\", relative = true }\n",
    );
    assert!(!sandbox.finds("cargo-env-in-key"));
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let package = format!("[[package]]\nname = \"itoa\"\nversion = \"1.0.10\"\nsource = \"{registry}\"\n");
    sandbox.write("project/Cargo.lock", format!("version = 4\n\n{package}"));
    let what = what(&sandbox, "cargo-env-in-key");
    assert!(
        what.contains("every other worktree compiles those anew (MINE is from /"),
        "{what}"
    );
}
