//! The `[env]` table of cargo's configuration: cargo passes it to the wrapper, and so to the server; it is not in the
//! shell.

use crate::support::{NOTHING, Sandbox, manifest, what};

/// A package whose cargo configuration has this `[env]` table.
fn sandbox(env: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.package("x");
    sandbox.write("project/.cargo/config.toml", format!("[env]\n{env}"));
    sandbox
}

#[test]
fn a_variable_that_breaks_every_compile() {
    let sandbox = sandbox("SCCACHE_DIRECT = \"yes\"\n");
    assert!(!sandbox.cargo_builds(), "sccache refuses the value");
    let finding = sandbox.finding("env-bool-invalid");
    assert_eq!(finding["severity"], "error");
    let place = sandbox.path("project/.cargo/config.toml").display().to_string() + ":2";
    assert!(what(&finding).contains(&place), "{finding}");
    assert_eq!(finding["fix"]["do"], format!("set SCCACHE_DIRECT to true in {place}"));
    sandbox.start_server();
    assert_eq!(sandbox.ids(), ["env-bool-invalid"], "the server works");
    sandbox.write(
        "project/.cargo/config.toml",
        "[env]\nSCCACHE_DIRECT = \"true\"\nSCCACHE_CACHE_SIZE = \"24G\"\n",
    );
    assert!(sandbox.cargo_builds());
    assert!(!sandbox.finds("env-bool-invalid"));
}

#[test]
fn a_server_address_from_cargo() {
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
    // With a different size: the command must stop that server, and no other.
    sandbox.configure("[cache.disk]\nsize = \"30G\"\n");
    let finding = sandbox.finding("server-settings-differ");
    let stop = format!("SCCACHE_SERVER_UDS={} sccache --stop-server", socket.display());
    assert_eq!(finding["fix"]["run"], stop.as_str());
    sandbox.fix("server-settings-differ");
}

#[test]
fn only_a_forced_value_overrides_the_shell() {
    let mut sandbox = sandbox("SCCACHE_RECACHE = \"1\"\n");
    assert_eq!(sandbox.ids(), ["cache-bypassed"]);
    assert!(what(&sandbox.finding("cache-bypassed")).contains("config.toml:2"));
    sandbox.write("project/.cargo/config.toml", "[env]\nSCCACHE_IDLE_TIMEOUT = \"x\"\n");
    assert_eq!(sandbox.ids(), NOTHING, "the shell's value counts");
    sandbox.write(
        "project/.cargo/config.toml",
        "[env]\nSCCACHE_IDLE_TIMEOUT = { value = \"x\", force = true }\n",
    );
    assert_eq!(sandbox.ids(), ["idle-timeout"]);
    sandbox.set("SCCACHE_RECACHE", "0");
    assert!(
        !what(&sandbox.finding("cache-bypassed")).contains("config.toml"),
        "the value is the shell's"
    );
}

#[test]
fn a_config_file_named_by_cargo() {
    let sandbox = sandbox("SCCACHE_CONF = { value = \"mine.toml\", relative = true }\n");
    assert_eq!(sandbox.ids(), ["config-missing"]);
    let output = sandbox.helper(&["init", "--size", "30G"]);
    assert!(output.status.success(), "{output:?}");
    assert!(sandbox.path("project/mine.toml").exists());
    assert_eq!(sandbox.ids(), NOTHING);
}

/// A workspace of a library, a macro that expands to the value of a variable, and a program that uses the library.
fn workspace(env: &str) -> Sandbox {
    let mut sandbox = sandbox(env);
    let member = |name: &str, rest: &str| {
        sandbox.write(format!("project/{name}/Cargo.toml"), manifest(name, rest));
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
    // The user's own cargo home is not the sandbox's `~/.cargo`.
    let home = std::env::var_os("CARGO_HOME").unwrap_or_default();
    sandbox.set("CARGO_HOME", home);
    sandbox
}

const WORKSPACE_DIR: &str =
    "CARGO_WORKSPACE_DIR = { value = \"\", relative = true }\nMINE = { value = \"x\", relative = true }\n";

/// The crates that a build in the other worktree compiles after one in the project.
fn misses_in_the_other(sandbox: &Sandbox) -> Vec<String> {
    sandbox.run("project", "cargo", &["build", "-q", "--offline"]);
    sandbox.take_trace();
    sandbox.run("other", "cargo", &["build", "-q", "--offline"]);
    let trace = sandbox.take_trace();
    let missed = trace
        .iter()
        .filter(|call| call["outcome"].is_string() && call["outcome"] != "hit");
    missed
        .map(|call| call["crate_name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_directory_that_differs_in_each_worktree() {
    let mut sandbox = workspace(WORKSPACE_DIR);
    assert_eq!(misses_in_the_other(&sandbox), NOTHING);
    assert!(!sandbox.go("other").finds("cargo-env-in-key"));
    // A crate whose code contains the value gets that of its own worktree.
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
fn cargos_own_settings_in_the_shell() {
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
    assert!(what(&sandbox.finding("cargo-env-in-key")).starts_with("CARGO_MINE is in the key of each"));
    assert!(
        sandbox
            .prints(&["check"])
            .contains("; only crates without dependencies can be shared: CARGO_MINE holds this one's path\n"),
        "{}",
        sandbox.prints(&["check"])
    );
    sandbox.set("CARGO_MINE", "x");
    assert!(!sandbox.finds("cargo-env-in-key"));
    assert!(
        sandbox.prints(&["check"]).contains(", by shells with the same CARGO_"),
        "{}",
        sandbox.prints(&["check"])
    );
    sandbox.unset("CARGO_MINE");
    sandbox.write(
        "project/.cargo/config.toml",
        format!("[env]\nMINE = \"-I{}\"\n", sandbox.path("project").display()),
    );
    assert!(what(&sandbox.finding("cargo-env-in-key")).starts_with("MINE is in the key of each"));
    // A directory below the root does not matter for members, but for crates of a registry.
    sandbox.write(
        "project/.cargo/config.toml",
        "[env]\nMINE = { value = \"data\", relative = true }\n",
    );
    assert!(!sandbox.finds("cargo-env-in-key"));
    let registry = "registry+https://github.com/rust-lang/crates.io-index";
    let package = format!("[[package]]\nname = \"itoa\"\nversion = \"1.0.10\"\nsource = \"{registry}\"\n");
    sandbox.write("project/Cargo.lock", format!("version = 4\n\n{package}"));
    let what = what(&sandbox.finding("cargo-env-in-key"));
    assert!(
        what.contains("every other worktree compiles those anew (MINE is from /"),
        "{what}"
    );
}
