//! No command starts, stops or restarts a server, starts a program of the repository, or leaves files behind.

use std::fs;

use crate::support::Sandbox;

const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "--quiet"],
    &["check", "--json"],
    &["check", "--strict"],
    &["check", "--report"],
    &["check", "--timings"],
    &["stats"],
    &["stats", "--json"],
    &["explain"],
    &["explain", "cache-size"],
    &["init", "--dry-run"],
    &["init", "--if-missing"],
    &["init", "--size", "48G"],
    &["completions", "bash"],
    &["--help"],
];

#[test]
fn a_running_server_stays_the_same() {
    let sandbox = Sandbox::new();
    let before = sandbox.start_server();
    for args in COMMANDS {
        sandbox.helper(args);
        assert_eq!(sandbox.server_pid(), Some(before), "{args:?}");
    }
}

#[test]
fn no_server_is_started() {
    let sandbox = Sandbox::new();
    for args in COMMANDS {
        sandbox.helper(args);
        assert_eq!(sandbox.server_pid(), None, "{args:?}");
    }
    // Nor does the wrapper start one for a question.
    assert!(sandbox.wrapper().arg("--show-stats").output().unwrap().status.success());
    assert_eq!(sandbox.server_pid(), None);
}

#[test]
fn no_command_leaves_anything_behind() {
    let sandbox = Sandbox::new();
    let list = || {
        let output = sandbox.command("find").arg(sandbox.path("home")).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let before = list();
    for args in COMMANDS.iter().filter(|args| args[0] != "init") {
        sandbox.helper(args);
        assert_eq!(list(), before, "{args:?}");
    }
}

#[test]
fn no_program_of_the_repository_is_started() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let pwned = sandbox.path("pwned");
    let program = sandbox.program("bin/evil", &format!("touch {}", pwned.display()));
    let evil = program.to_str().unwrap();
    sandbox.write("project/sccache.toml", "[cache.disk]\nsize = \"24G\"\n");
    sandbox.commit_all("project");
    for key in [
        "core.fsmonitor",
        "core.pager",
        "core.editor",
        "alias.ls-files",
        "core.sshCommand",
        "diff.external",
    ] {
        sandbox.git("project", &["config", key, evil]);
    }
    sandbox.git(
        "project",
        &["config", "core.hooksPath", sandbox.path("bin").to_str().unwrap()],
    );
    // Cargo's `[env]` may name what the loader runs in any program, and where programs are found.
    let text = format!(
        "#include <fcntl.h>\n__attribute__((constructor)) static void f(void) {{ creat(\"{}\", 0600); }}\n",
        pwned.display()
    );
    sandbox.write("project/evil.c", text);
    sandbox.run("project", "cc", &["-shared", "-fPIC", "-o", "evil.so", "evil.c"]);
    fs::copy(&program, sandbox.path("bin/sccache")).unwrap();
    let [library, programs] = ["project/evil.so", "bin"].map(|name| sandbox.path(name).display().to_string());
    let config = format!(
        "[build]\nrustc = \"{evil}\"\nrustdoc = \"{evil}\"\nrustc-workspace-wrapper = \"{evil}\"\n[target.x86_64-unknown-linux-gnu]\nlinker = \"{evil}\"\n\
        [env]\nLD_PRELOAD = \"{library}\"\nPATH = {{ value = \"{programs}\", force = true }}\n"
    );
    sandbox.write("project/.cargo/config.toml", config);
    sandbox.set("SCCACHE_CONF", sandbox.path("project/sccache.toml"));
    for args in [
        &["check", "--quiet"][..],
        &["check"],
        &["check", "--report"],
        &["check", "--json"],
        &["stats"],
        &["init"],
        &["init", "--size", "30G"],
    ] {
        sandbox.helper(args);
        assert!(!pwned.exists(), "{args:?}");
    }
    // Git itself does start it.
    let status = sandbox
        .command("git")
        .args(["-C", "project", "status"])
        .current_dir(sandbox.path(""))
        .status();
    assert!(status.is_ok() && pwned.exists());
}
