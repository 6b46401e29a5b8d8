//! What checks say of sccache, seen on sccache, where that takes more than their own tests have room for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use common::{Sandbox, older_sccache, real_sccache};
use serde_json::Value;

const NOTHING: [&str; 0] = [];

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

fn rustc(sandbox: &Sandbox) -> PathBuf {
    let sysroot = sandbox.run("project", "rustc", &["--print", "sysroot"]);
    PathBuf::from(sysroot.trim()).join("bin/rustc")
}

/// Bytes that nothing compresses.
fn noise(size: usize, mut state: u64) -> Vec<u8> {
    let next = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..size).map(next).collect()
}

/// Compiles an object of that many bytes by the sandbox's sccache.
fn compile_object(sandbox: &Sandbox, name: &str, size: usize) {
    let seed = u64::from(name.as_bytes()[0]);
    sandbox.write(format!("project/{name}.bin"), noise(size, seed));
    let text = format!("__asm__(\".incbin \\\"{name}.bin\\\"\");\nint {name};\n");
    sandbox.write(format!("project/{name}.c"), text);
    let mut compile = sandbox.sccache();
    compile.args(["cc", "-c", &format!("{name}.c"), "-o", &format!("{name}.o")]);
    let output = compile.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// `shared-cache-dir`: each server counts for itself, and what one deletes the other believes to have.
#[test]
fn two_servers_delete_each_others_entries() {
    let mut sandbox = Sandbox::new();
    sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"500K\"\n");
    for _ in 0..3 {
        compile_object(&sandbox, "x", 300_000);
    }
    assert_eq!(sandbox.hits(), 2, "alone it keeps its own");
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("t"));
    compile_object(&sandbox, "y", 300_000);
    sandbox.stop_server();
    sandbox.set("SCCACHE_SERVER_UDS", sandbox.path("s"));
    compile_object(&sandbox, "x", 300_000);
    assert_eq!(sandbox.hits(), 2, "the other has deleted it");
}

/// `idle-timeout`: a number ends the server, anything else is as if it were not there.
#[test]
fn an_idle_timeout_that_is_no_number_is_ignored() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "1s");
    let pid = sandbox.start_server();
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(sandbox.server_pid(), Some(pid));
    sandbox.stop_server();
    sandbox.wait_for_end(pid);
    sandbox.set("SCCACHE_IDLE_TIMEOUT", "1");
    sandbox.wait_for_end(sandbox.start_server());
}

/// `dir-literal`: nobody expands it.
#[test]
fn a_cache_directory_is_taken_as_it_is_written() {
    let mut sandbox = Sandbox::new();
    for value in ["~/cache", "$HOME/cache", "relative"] {
        sandbox.set("SCCACHE_DIR", value);
        assert_eq!(sandbox.planned("cache_location"), format!("Local disk: {value:?}"));
    }
}

/// `disk-too-small`: the build goes on, and nothing says that nothing is stored. A small file system in memory stands
/// in for a small disk.
#[test]
fn a_full_disk_is_not_told() {
    let mut sandbox = Sandbox::new();
    // Our wrapper leaves such a source to the compiler.
    sandbox.go_past_the_wrapper();
    sandbox.write("project/x.bin", noise(3 << 20, 1));
    sandbox.write("project/x.c", "__asm__(\".incbin \\\"x.bin\\\"\");\nint x;\n");
    fs::create_dir_all(sandbox.path("home/.cache/sccache")).unwrap();
    let script = "mount -t tmpfs -o size=1m none \"$HOME/.cache/sccache\" && sccache cc -c x.c -o x.o && sleep 0.3 && \
                  sccache --show-stats --stats-format=json && sccache --stop-server >/dev/null";
    let args = [common::unshare_rights(), &["--mount", "sh", "-c", script]].concat();
    let answer: Value = serde_json::from_str(&sandbox.run("project", "unshare", &args)).unwrap();
    assert_eq!(answer["stats"]["cache_write_errors"], 1, "{answer:#}");
}

/// `mixed-versions`: neither finds what the other stored, in one directory.
#[test]
fn two_versions_share_nothing() {
    let Some(older) = older_sccache("0.17") else { return };
    for (second, hits) in [(older.clone(), 1), (real_sccache(), 0)] {
        let sandbox = Sandbox::new();
        sandbox.write("project/x.c", "int x;\n");
        let compile = |sccache: &Path| {
            sandbox.run("project", sccache, &["--start-server"]);
            sandbox.run("project", sccache, &["cc", "-c", "x.c", "-o", "x.o"]);
            sandbox.server_pid().unwrap()
        };
        let first = compile(&older);
        sandbox.run("project", &older, &["--stop-server"]);
        sandbox.wait_for_end(first);
        compile(&second);
        assert_eq!(sandbox.hits(), hits, "{}", second.display());
    }
}

/// `client-side-frame` on a crate, by each version that has the mode.
#[test]
fn a_large_crate_is_dropped_in_client_side_mode() {
    let versions = [Some(real_sccache()), older_sccache("0.17")];
    for sccache in versions.into_iter().flatten() {
        let mut sandbox = Sandbox::with_sccache(&sccache);
        sandbox.set("SCCACHE_CLIENT_SIDE", "1");
        sandbox.unset("CARGO_INCREMENTAL");
        sandbox.write("project/large.bin", noise(10 << 20, 7));
        let text = "pub static LARGE: &[u8; 10485760] = include_bytes!(\"large.bin\");\n";
        sandbox.write("project/l.rs", text);
        let rustc = rustc(&sandbox);
        let is_found_again = |sandbox: &Sandbox| {
            let mut before = 0;
            for _ in 0..2 {
                before = sandbox.hits();
                let mut compile = sandbox.sccache();
                compile
                    .arg(&rustc)
                    .args(["--crate-name", "l", "l.rs", "--crate-type", "lib"]);
                compile.args(["--emit=dep-info,metadata,link", "-C", "metadata=1", "--out-dir", "."]);
                let output = compile.output().unwrap();
                assert!(output.status.success(), "{output:?}");
            }
            sandbox.hits() > before
        };
        sandbox.start_server();
        assert!(!is_found_again(&sandbox), "{}", sccache.display());
        sandbox.mend("client-side-frame");
        sandbox.start_server();
        // 0.17 looks up and stores by the server all the same; that it is not dropped is what counts.
        assert!(is_found_again(&sandbox), "{}", sccache.display());
    }
}

/// `readonly-mode` by a version that does not say so itself.
#[test]
fn read_only_in_0_17() {
    let Some(older) = older_sccache("0.17") else { return };
    let sandbox = Sandbox::with_sccache(&older);
    let config = "[cache.disk]\nsize = \"24G\"\nrw_mode = \"READ_ONLY\"\n";
    sandbox.write("home/.config/sccache/config", config);
    assert!(sandbox.compiles_c() && sandbox.compiles_c());
    assert_eq!(sandbox.hits(), 0);
    assert_eq!(sandbox.ids(), ["readonly-mode"]);
}

/// `deps-vendored-in-tree`: the same dependency, in each worktree or beside both.
#[test]
fn vendored_crates_are_compiled_in_each_worktree() {
    for (vendor, hits) in [("vendor", 0), ("../vendor", 0), ("/", 2)] {
        let sandbox = Sandbox::new();
        sandbox.package("A");
        let manifest = |name: &str, more: &str| {
            format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n{more}")
        };
        sandbox.write("project/Cargo.toml", manifest("app", "[dependencies]\ndep = \"1\"\n"));
        let beside = sandbox.path("vendor");
        // Cargo keeps the words of a relative path, and with them the worktree's own.
        let vendor = if vendor == "/" {
            beside.to_str().unwrap()
        } else {
            vendor
        };
        let dep = Path::new("project").join(vendor).join("dep");
        sandbox.write(dep.join("Cargo.toml"), manifest("dep", ""));
        sandbox.write(dep.join("src/lib.rs"), "pub fn dep() {}\n");
        sandbox.write(dep.join(".cargo-checksum.json"), "{\"files\":{}}");
        let source = format!("[source.crates-io]\nreplace-with = \"v\"\n[source.v]\ndirectory = \"{vendor}\"\n");
        sandbox.write("project/.cargo/config.toml", source);
        sandbox.second_worktree("other");
        for dir in ["project", "other"] {
            sandbox.run(dir, "cargo", &["build", "-q", "--offline"]);
        }
        assert_eq!(sandbox.hits(), hits, "{vendor}");
        assert_eq!(sandbox.finds("deps-vendored-in-tree"), hits == 0, "{vendor}");
    }
}

/// `rustc-toolchain-differs`: one that says another version of itself stands in for another toolchain.
#[test]
fn another_toolchain_finds_nothing() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    let rustc = rustc(&sandbox);
    let script = format!(
        "case \"$*\" in *-vV*) '{0}' \"$@\" | sed 's/^rustc [^ ]*/rustc 1.80.0/; s/^release: .*/release: 1.80.0/' ;; *) exec '{0}' \"$@\" ;; esac",
        rustc.display()
    );
    let other_rustc = sandbox.program("bin/rustc", &script);
    sandbox.write("project/l.rs", "pub fn l() {}\n");
    sandbox.unset("CARGO_INCREMENTAL");
    let compile = |rustc: &Path| {
        let args = [
            "--crate-name",
            "l",
            "l.rs",
            "--crate-type",
            "lib",
            "--emit=dep-info,metadata,link",
        ];
        let output = sandbox
            .sccache()
            .arg(rustc)
            .args(args)
            .args(["--out-dir", "."])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        sandbox.hits()
    };
    assert_eq!([&rustc, &rustc, &other_rustc].map(|rustc| compile(rustc)), [0, 1, 1]);

    let other = sandbox.second_worktree("other");
    sandbox.run("project", "cargo", &["build", "-q", "--offline"]);
    sandbox.set("RUSTC", &other_rustc);
    sandbox.run("other", "cargo", &["build", "-q", "--offline"]);
    let told = what(&sandbox.finding("rustc-toolchain-differs"));
    assert!(told.contains(&format!("{} by 1.80.0 (", other.display())), "{told}");
    sandbox.unset("RUSTC");
    fs::remove_dir_all(other.join("target")).unwrap();
    sandbox.run("other", "cargo", &["build", "-q", "--offline"]);
    assert!(!sandbox.finds("rustc-toolchain-differs"));
}

/// `secrets`: who keeps a configuration in git has given it to all who have the repository.
#[test]
fn a_secret_in_git() {
    let mut sandbox = Sandbox::new();
    let text =
        "[cache.disk]\nsize = \"24G\"\n[cache.webdav]\nendpoint = \"http://localhost\"\npassword = \"hunter2\"\n";
    sandbox.write("home/.config/sccache/config", text);
    sandbox.set("SCCACHE_SHELL_IGNORE", "disk-too-small,remote-not-compiled-in");
    sandbox.run("home", "chmod", &["600", ".config/sccache/config"]);
    sandbox.git("home", &["init", "-q"]);
    assert_eq!(sandbox.ids(), NOTHING, "not added yet");
    sandbox.git("home", &["add", "-A"]);
    let told = what(&sandbox.finding("secrets"));
    assert!(told.contains("(`cache.webdav.password`) and is kept in git"), "{told}");
    sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"24G\"\n");
    assert_eq!(sandbox.ids(), NOTHING, "without a secret it may be");
}

/// `port-not-sccache` where there is a private directory for a socket.
#[test]
fn a_socket_of_ones_own_in_place_of_a_port() {
    let mut sandbox = Sandbox::new();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    fs::create_dir(sandbox.path("run")).unwrap();
    sandbox.set("XDG_RUNTIME_DIR", sandbox.path("run"));
    sandbox
        .unset("SCCACHE_SERVER_UDS")
        .set("SCCACHE_SERVER_PORT", port.to_string());
    sandbox.mend("port-not-sccache");
    assert!(sandbox.compiles_c());
    assert!(sandbox.path("run/sccache.sock").exists());
    assert_eq!(sandbox.ids(), NOTHING);
}

/// `remote-not-compiled-in`, `cargo-home-differs-remote` and read-only buckets by an sccache that has remote caches, as
/// Debian's 0.17 has. What it would do it says without asking anybody.
#[test]
fn an_sccache_with_remote_caches() {
    let Some(older) = older_sccache("0.17") else { return };
    let mut sandbox = Sandbox::with_sccache(&older);
    if sandbox.run("project", &older, &["--help"]).contains("Redis:     false") {
        return;
    }
    sandbox.set("SCCACHE_REDIS_ENDPOINT", "redis://localhost");
    assert!(
        sandbox.planned("cache_location").starts_with("redis"),
        "it asks for nothing but this"
    );
    assert_eq!(sandbox.ids(), ["cargo-home-differs-remote"]);
    sandbox.unset("SCCACHE_REDIS_ENDPOINT");
    assert_eq!(sandbox.ids(), NOTHING);
}
