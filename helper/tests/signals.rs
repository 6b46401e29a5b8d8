//! Processes of a compile that is ended, and of one that goes on.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Sandbox, manifest, wait_until};

/// The processes whose command line contains that text.
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

/// A crate name that is different in each run of the tests, to find only the processes of this one.
fn name_of_its_own(what: &str, signal: &str) -> String {
    let signal = signal.trim_start_matches('-').to_lowercase();
    format!("{what}_{signal}_{}", std::process::id())
}

fn silent_build(sandbox: &Sandbox) -> Child {
    let mut cargo = sandbox.command("cargo");
    cargo.args(["build", "--offline"]);
    cargo.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Sends a signal to the wrapper whose command line contains `wanted`.
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
fn a_killed_compile_leaves_no_process() {
    for signal in ["-TERM", "-INT", "-KILL"] {
        let mut sandbox = Sandbox::new();
        sandbox.package("A");
        // A compile that does not end.
        let name = name_of_its_own("endless", signal);
        sandbox.write("project/src/main.rs", "const fn f() -> u64 { let mut n = 0u64; while n < u64::MAX { n += 1; } n }\nfn main() { const N: u64 = f(); println!(\"{N}\"); }\n");
        let source = fs::read_to_string(sandbox.path("project/src/main.rs")).unwrap();
        sandbox.write(
            "project/src/main.rs",
            format!("#![allow(long_running_const_eval)]\n{source}"),
        );
        sandbox.write("project/Cargo.toml", manifest(&name, ""));
        sandbox.set("CARGO_BUILD_JOBS", "1");
        let mut cargo = silent_build(&sandbox);
        let wanted = format!("--crate-name\0{name}");
        let run = sandbox.path("home/.cache/sccache-shell/form-1/run");
        let kept = || fs::read_dir(&run).map_or(0, Iterator::count);
        // Not while the wrapper inspects its sources.
        wait_until("the compile runs", || kept() > 0 && is_compiled(&wanted));
        signal_the_wrapper(&sandbox, &wanted, signal);
        let _ = cargo.wait();
        wait_until(&format!("{signal}: the compiler still runs"), || {
            processes(&wanted).is_empty()
        });
        assert!(
            signal == "-KILL" || kept() == 0,
            "{signal}: files of the compile are left"
        );
    }
}

#[test]
fn a_killed_inspection_leaves_no_process() {
    for signal in ["-TERM", "-INT", "-HUP"] {
        let sandbox = Sandbox::new();
        sandbox.package("A");
        let name = name_of_its_own("spins", signal);
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
        wait_until("the inspection runs", || is_compiled(&wanted));
        signal_the_wrapper(&sandbox, &wanted, signal);
        assert!(!cargo.wait().unwrap().success());
        wait_until(&format!("{signal}: the compiler still runs"), || {
            processes(&wanted).is_empty()
        });
    }
}

/// Cargo does not wait for a process that the linker leaves behind, and that process may go on.
#[test]
#[cfg(target_os = "linux")]
fn a_background_process_of_the_linker_goes_on() {
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
