//! Repositories, names and directories of somebody who means harm.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::{Sandbox, left_out};

const NOTHING: [&str; 0] = [];

#[test]
fn no_program_of_the_repository_is_started() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let pwned = sandbox.path("pwned");
    let program = sandbox.program("bin/evil", &format!("touch {}", pwned.display()));
    let evil = program.to_str().unwrap();
    sandbox.write("project/sccache.toml", "[cache.disk]\nsize = \"24G\"\n");
    sandbox.git("project", &["init", "-q"]);
    sandbox.git("project", &["add", "-A"]);
    sandbox.git("project", &["commit", "-q", "-m", "x"]);
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
    let config = format!(
        "[build]\nrustc = \"{evil}\"\nrustdoc = \"{evil}\"\nrustc-workspace-wrapper = \"{evil}\"\n[target.x86_64-unknown-linux-gnu]\nlinker = \"{evil}\"\n"
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
    ] {
        sandbox.helper(args);
        assert!(!pwned.exists(), "{args:?}");
    }
    // It would be seen.
    let status = sandbox
        .command("git")
        .args(["-C", "project", "status"])
        .current_dir(sandbox.path(""))
        .status();
    assert!(status.is_ok() && pwned.exists());
}

/// What a compile through the wrapper is, by the trace.
fn form(sandbox: &Sandbox) -> serde_json::Value {
    let (trace, target) = (sandbox.path("trace"), sandbox.path("project/target"));
    let _ = (fs::remove_file(&trace), fs::remove_dir_all(target));
    let output = sandbox
        .command("cargo")
        .args(["build", "-q", "--offline"])
        .env("SCCACHE_SHELL_TRACE", &trace)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let lines = fs::read_to_string(trace).unwrap();
    let mut calls = lines
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    calls.find(|call| call["crate_name"] == "app").unwrap()
}

#[test]
fn what_others_could_change_is_not_used() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let cache = sandbox.path("shared/cache");
    fs::create_dir_all(&cache).unwrap();
    sandbox.set("XDG_CACHE_HOME", &cache);
    sandbox
        .set("SCCACHE_DIR", sandbox.path("objects"))
        .set("SCCACHE_CACHE_SIZE", "24G");
    assert_eq!(form(&sandbox)["form"], "normal");
    assert_eq!(sandbox.ids(), NOTHING);
    fs::set_permissions(sandbox.path("shared"), fs::Permissions::from_mode(0o777)).unwrap();
    let plain = form(&sandbox);
    assert_eq!(plain["form"], "plain");
    assert!(
        plain["why"]
            .as_str()
            .unwrap()
            .contains("shared may be written by everybody"),
        "{plain}"
    );
    sandbox.mend("cache-of-strangers");
    assert_eq!(form(&sandbox)["form"], "normal");
    // A link in our own directory is not ours.
    fs::rename(cache.join("sccache-shell"), sandbox.path("elsewhere")).unwrap();
    symlink(sandbox.path("elsewhere"), cache.join("sccache-shell")).unwrap();
    assert_eq!(form(&sandbox)["form"], "plain");
    assert_eq!(sandbox.ids(), ["cache-of-strangers"]);
    if rustix::process::geteuid().is_root() {
        fs::remove_file(cache.join("sccache-shell")).unwrap();
        chown(sandbox.path("shared"), Some(65534), None).unwrap();
        assert_eq!(form(&sandbox)["form"], "plain");
        let what = sandbox.finding("cache-of-strangers")["what"].to_string();
        assert!(what.contains("belongs to another user (uid 65534)"), "{what}");
        assert!(!cache.join("sccache-shell").exists(), "nothing is made there");
    } else {
        left_out("another user's directory: not root");
    }
}

#[test]
fn what_is_printed_steers_no_terminal() {
    const ODD: &str = "\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{2066}\r";
    let mut sandbox = Sandbox::new();
    let dir = format!("a{ODD}b");
    sandbox.write(
        format!("{dir}/Cargo.toml"),
        format!("[package]\nname = \"app\" {ODD}\n"),
    );
    sandbox.write(
        format!("{dir}/.cargo/config.toml"),
        format!("[build]\nrustflags = \"-C{ODD}\"\n[env]\nSCCACHE_RECACHE = \"{ODD}\"\n"),
    );
    sandbox.write(format!("{dir}/conf"), "[cache.disk]\n# \u{202e}\u{9b}\nsize = \"1G\"\n");
    sandbox.git(&dir, &["init", "-q"]);
    sandbox
        .set("SCCACHE_CONF", sandbox.path(format!("{dir}/conf")))
        .set(format!("SCCACHE_{ODD}"), "x");
    sandbox
        .set("RUSTC_WORKSPACE_WRAPPER", format!("/x/{ODD}"))
        .set("SCCACHE_ERROR_LOG", format!("/none/{ODD}"));
    sandbox.go(&dir);
    let is_seen = |bytes: &[u8], of: &[&str]| {
        let text = std::str::from_utf8(bytes).unwrap();
        let odd = text
            .chars()
            .find(|c| (c.is_control() && !"\n\t".contains(*c)) || "\u{202e}\u{2066}".contains(*c));
        assert_eq!(odd, None, "{of:?}: {text:?}");
    };
    let unwritable = format!("/proc/{ODD}");
    for args in [
        &["check", "--quiet"][..],
        &["check"],
        &["check", "--json"],
        &["check", "--report"],
        &["stats"],
        &["stats", "--json"],
        &["init", "--dry-run", "--size", "2G"],
        &["init", "--size", "2G"],
        &["explain", ODD],
        &["check", "--ignore", ODD],
    ] {
        let output = sandbox.helper(args);
        is_seen(&output.stdout, args);
        is_seen(&output.stderr, args);
    }
    sandbox.set("SCCACHE_CONF", &unwritable);
    let output = sandbox.helper(&["init"]);
    assert_eq!(output.status.code(), Some(2));
    is_seen(&output.stderr, &["init"]);
    // Where it ends in colours, they are ours alone.
    let mut colours = sandbox.command(common::HELPER);
    let output = colours.args(["check"]).env("CLICOLOR_FORCE", "1").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\u{1b}[1m"), "{text:?}");
    assert!(
        !text.contains("\u{1b}]") && !text.contains('\u{9b}') && !text.contains('\u{202e}'),
        "{text:?}"
    );
}

/// The processes whose command line holds that text.
fn processes(text: &str) -> Vec<u32> {
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let is_it = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        *pid != std::process::id() && String::from_utf8_lossy(&line).contains(text)
    };
    pids.filter(is_it).collect()
}

fn is_compiled(wanted: &str) -> bool {
    let is_rustc = |pid: &u32| fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe.ends_with("bin/rustc"));
    processes(wanted).iter().any(is_rustc)
}

fn wait_until(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + Duration::from_secs(30);
    while !holds() {
        assert!(Instant::now() < end, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A crate's name that no other run of these tests has, whose processes would be taken for ours.
fn name_of_its_own(what: &str, signal: &str) -> String {
    let signal = signal.trim_start_matches('-').to_lowercase();
    format!("{what}_{signal}_{}", std::process::id())
}

fn silent_build(sandbox: &Sandbox) -> Child {
    let mut cargo = sandbox.command("cargo");
    cargo.args(["build", "--offline"]);
    cargo.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Sends a signal to the wrapper whose command line holds `wanted`.
fn signal_the_wrapper(sandbox: &Sandbox, wanted: &str, signal: &str) {
    let libexec = sandbox.path("libexec");
    let is_wrapper = |pid: &u32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.starts_with(libexec.to_str().unwrap().as_bytes())
    };
    let found = processes(wanted).into_iter().find(is_wrapper);
    let lines = || {
        processes(wanted)
            .into_iter()
            .map(|pid| fs::read_to_string(format!("/proc/{pid}/cmdline")))
    };
    let wrapper = found.unwrap_or_else(|| panic!("no wrapper among {:?}", lines().collect::<Vec<_>>()));
    let status = Command::new("kill").arg(signal).arg(wrapper.to_string()).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_compile_that_is_ended_leaves_nobody() {
    for signal in ["-TERM", "-INT", "-KILL"] {
        let mut sandbox = Sandbox::new();
        sandbox.package("A");
        // A compile that would take for ever.
        let name = name_of_its_own("endless", signal);
        sandbox.write("project/src/main.rs", "const fn f() -> u64 { let mut n = 0u64; while n < u64::MAX { n += 1; } n }\nfn main() { const N: u64 = f(); println!(\"{N}\"); }\n");
        let source = fs::read_to_string(sandbox.path("project/src/main.rs")).unwrap();
        sandbox.write(
            "project/src/main.rs",
            format!("#![allow(long_running_const_eval)]\n{source}"),
        );
        sandbox.write(
            "project/Cargo.toml",
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n"),
        );
        sandbox.set("CARGO_BUILD_JOBS", "1");
        let mut cargo = silent_build(&sandbox);
        let wanted = format!("--crate-name\0{name}");
        let run = sandbox.path("home/.cache/sccache-shell/form-1/run");
        let kept = || fs::read_dir(&run).map_or(0, Iterator::count);
        // Not while its sources are looked at.
        wait_until("it compiles", || kept() > 0 && is_compiled(&wanted));
        signal_the_wrapper(&sandbox, &wanted, signal);
        let _ = cargo.wait();
        wait_until(&format!("{signal}: the compiler lives"), || {
            processes(&wanted).is_empty()
        });
        assert!(
            signal == "-KILL" || kept() == 0,
            "{signal}: what it kept for the compile"
        );
    }
}

#[test]
fn a_look_that_is_ended_leaves_nobody() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let sandbox = Sandbox::new();
        sandbox.package("A");
        let name = name_of_its_own("spins", signal);
        let manifest = |name: &str, rest: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2021\"\n{rest}")
        };
        sandbox.write(
            "project/Cargo.toml",
            manifest(&name, "[dependencies]\nmac = { path = \"mac\" }\n[workspace]\n"),
        );
        sandbox.write("project/mac/Cargo.toml", manifest("mac", "[lib]\nproc-macro = true\n"));
        let spins = "#[proc_macro]\npub fn spin(_: proc_macro::TokenStream) -> proc_macro::TokenStream {\n    loop {\n        \
            std::thread::sleep(std::time::Duration::from_secs(1));\n    }\n}\n";
        sandbox.write("project/mac/src/lib.rs", format!("extern crate proc_macro;\n{spins}"));
        sandbox.write("project/src/main.rs", "mac::spin!();\nfn main() {}\n");
        let mut cargo = silent_build(&sandbox);
        let wanted = format!("--crate-name\0{name}");
        wait_until("it is looked at", || is_compiled(&wanted));
        signal_the_wrapper(&sandbox, &wanted, signal);
        assert!(!cargo.wait().unwrap().success());
        wait_until(&format!("{signal}: the compiler lives"), || {
            processes(&wanted).is_empty()
        });
    }
}

/// Cargo does not wait for what a linker leaves behind, and it may go on.
#[test]
#[cfg(target_os = "linux")]
fn what_a_linker_leaves_goes_on() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let late = sandbox.path("late");
    let waits = format!("sleep 4; cat /dev/null >{}", late.display());
    let linker = sandbox.program(
        "bin/linker",
        &format!("setsid sh -c '{waits}' >/dev/null 2>&1 </dev/null &\nexec cc \"$@\""),
    );
    sandbox.set("RUSTFLAGS", format!("-Clinker={}", linker.display()));
    let start = Instant::now();
    assert!(silent_build(&sandbox).wait().unwrap().success());
    assert!(start.elapsed() < Duration::from_secs(4) && !late.exists());
    wait_until("it goes on", || late.exists());
}
