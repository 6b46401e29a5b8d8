//! The checks for sccache's own modes and settings that lower hits: each is first seen to do so on the real sccache.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use common::{Sandbox, older_sccache, real_sccache};
use serde_json::Value;

fn what(finding: &Value) -> String {
    finding["what"].as_str().unwrap().to_owned()
}

const NOTHING: [&str; 0] = [];

/// A sandbox with one object in its cache, which this variable keeps from being found.
fn keeps_from_hitting(name: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    assert!(sandbox.compiles_c() && sandbox.compiles_c());
    assert_eq!(sandbox.hits(), 1);
    sandbox.set(name, "0");
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.hits(), 1, "0 counts, too");
    sandbox
}

#[test]
fn cache_bypassed_by_recache() {
    let mut sandbox = keeps_from_hitting("SCCACHE_RECACHE");
    assert_eq!(sandbox.ids(), ["cache-bypassed"]);
    sandbox.mend("cache-bypassed");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c() && sandbox.hits() == 2);
}

#[test]
fn cache_bypassed_by_no_cache() {
    let mut sandbox = keeps_from_hitting("SCCACHE_NO_CACHE");
    assert_eq!(sandbox.ids(), ["cache-bypassed"]);
    sandbox.mend("cache-bypassed");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c() && sandbox.hits() == 2);
}

#[test]
fn readonly_mode() {
    let mut sandbox = Sandbox::new();
    sandbox.write(
        "home/.config/sccache/config",
        "[cache.disk]\nsize = \"24G\"\nrw_mode = \"READ_ONLY\"\n",
    );
    let finding = sandbox.finding("readonly-mode");
    assert_eq!(finding["severity"], "info", "it is somebody's wish");
    assert!(what(&finding).contains("config:3"), "{finding}");
    assert!(sandbox.compiles_c() && sandbox.compiles_c());
    assert_eq!(sandbox.hits(), 0, "it is as the check says");
    sandbox.write("home/.config/sccache/config", "[cache.disk]\nsize = \"24G\"\n");
    let finding = sandbox.finding("readonly-mode");
    assert_eq!(
        finding["severity"], "warning",
        "of the server that nobody wants like that any more"
    );
    sandbox.mend("readonly-mode");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox
        .set("SCCACHE_LOCAL_RW_MODE", "read_only")
        .set("SCCACHE_CACHE_SIZE", "24G");
    sandbox.mend("readonly-mode");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_GCS_BUCKET", "b");
    sandbox.mend("readonly-mode");
    assert!(!sandbox.finds("readonly-mode"));
}

#[test]
fn preprocessor_table_partial() {
    let mut sandbox = Sandbox::new();
    let table = "[cache.disk]\nsize = \"24G\"\n\n[cache.disk.preprocessor_cache_mode]\nfile_stat_matches = true\n";
    sandbox.write("home/.config/sccache/config", table);
    assert!(!preprocessor_mode(&sandbox), "off, though nobody says so");
    assert_eq!(sandbox.ids(), ["preprocessor-table-partial"]);
    sandbox.write(
        "home/.config/sccache/config",
        format!("{table}use_preprocessor_cache_mode = true\n"),
    );
    assert!(preprocessor_mode(&sandbox));
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.write("home/.config/sccache/config", table);
    sandbox.mend("preprocessor-table-partial");
    assert_eq!(sandbox.ids(), NOTHING);
}

fn preprocessor_mode(sandbox: &Sandbox) -> bool {
    let output = sandbox
        .sccache()
        .args(["--show-stats", "--stats-format=json"])
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["use_preprocessor_cache_mode"].as_bool().unwrap()
}

/// Whether a large object, of bytes that nothing compresses, is found when it is compiled again.
fn finds_large_object(sandbox: &Sandbox) -> bool {
    let mut state = 1u64;
    let bytes: Vec<u8> = (0..10 << 20)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect();
    sandbox.write("project/large.bin", bytes);
    sandbox.write("project/large.c", "__asm__(\".incbin \\\"large.bin\\\"\");\nint x;\n");
    let before = sandbox.hits();
    for _ in 0..2 {
        sandbox.run("project", real_sccache(), &["cc", "-c", "large.c", "-o", "large.o"]);
    }
    sandbox.hits() > before
}

#[test]
fn client_side_frame() {
    let mut sandbox = Sandbox::new();
    sandbox.set("SCCACHE_CLIENT_SIDE", "1");
    sandbox.start_server();
    assert!(!finds_large_object(&sandbox));
    let finding = sandbox.finding("client-side-frame");
    assert!(what(&finding).contains("the running server (pid"), "{finding}");
    sandbox.mend("client-side-frame");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.start_server();
    assert!(finds_large_object(&sandbox));
    assert_eq!(sandbox.ids(), NOTHING);
    // By the file, and for a server that does not run yet.
    sandbox.unset("SCCACHE_CLIENT_SIDE").unset("SCCACHE_MAX_FRAME_LENGTH");
    sandbox.sccache().arg("--stop-server").output().unwrap();
    sandbox.write(
        "home/.config/sccache/config",
        "client_side_mode = true\n[cache.disk]\nsize = \"24G\"\n",
    );
    sandbox.mend("client-side-frame");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn client_side_ignored() {
    let mut sandbox = Sandbox::new();
    let tmp = sandbox.path("gone");
    fs::create_dir(&tmp).unwrap();
    sandbox.set("TMPDIR", &tmp).set("SCCACHE_MAX_FRAME_LENGTH", "536870912");
    sandbox.start_server();
    fs::remove_dir(&tmp).unwrap();
    // A server without a TMPDIR compiles nothing; a client compiles by itself, if it may.
    sandbox.set("TMPDIR", "/var/tmp").set("SCCACHE_CLIENT_SIDE", "1");
    assert!(sandbox.compiles_c());
    assert!(!sandbox.finds("client-side-ignored"));
    sandbox.set("SCCACHE_LOG", "error");
    sandbox.write("project/x.c", "int another;\n");
    let output = sandbox
        .sccache()
        .args(["cc", "-c", "x.c", "-o", "x.o"])
        .output()
        .unwrap();
    assert!(!output.status.success(), "the server was asked to compile");
    sandbox.mend("client-side-ignored");
    assert!(!sandbox.finds("client-side-ignored"));
}

#[test]
fn remote_not_compiled_in() {
    let mut sandbox = Sandbox::new();
    let features = sandbox.run("project", real_sccache(), &["--help"]);
    if !features.contains("Redis:     false") {
        return;
    }
    sandbox.set("SCCACHE_REDIS_ENDPOINT", "redis://me:hunter2@localhost");
    assert!(sandbox.planned("cache_location").starts_with("Local disk"), "silently");
    let finding = sandbox.finding("remote-not-compiled-in");
    assert!(
        what(&finding).starts_with("SCCACHE_REDIS_ENDPOINT asks for a redis cache"),
        "{finding}"
    );
    assert!(!finding.to_string().contains("hunter2"));
    sandbox.set("SCCACHE_REDIS_ENDPOINT", "");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.write(
        "home/.config/sccache/config",
        "[cache.disk]\nsize = \"24G\"\n[cache.redis]\nendpoint = \"redis://localhost\"\n",
    );
    assert!(what(&sandbox.finding("remote-not-compiled-in")).contains("config:3 asks for a redis cache"));
}

#[test]
fn storage_unusable() {
    let sandbox = Sandbox::new();
    let config = "[cache.multilevel]\nchain = [\"disk\", \"redis\"]\n[cache.redis]\nendpoint = \"redis://localhost\"\n";
    sandbox.write("home/.config/sccache/config", config);
    assert!(!sandbox.compiles_c());
    assert!(sandbox.finds("storage-unusable"));
    sandbox.write(
        "home/.config/sccache/config",
        "[cache.multilevel]\nchain = [\"disk\"]\n[cache.disk]\nsize = \"24G\"\n",
    );
    assert!(!sandbox.finds("storage-unusable"));
    assert!(sandbox.compiles_c());
}

#[test]
fn wrapper_renamed() {
    let versions = [Some(real_sccache()), older_sccache("0.17")];
    for sccache in versions.into_iter().flatten() {
        let mut sandbox = Sandbox::with_sccache(&sccache);
        sandbox.package("A");
        let link = sandbox.path("bin/sccache-0-19");
        fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&sccache, &link).unwrap();
        sandbox.set("RUSTC_WRAPPER", &link);
        let mut build = sandbox.command("timeout");
        build.args(["3", "cargo", "build", "--offline"]);
        assert_eq!(build.status().unwrap().code(), Some(124), "it hangs");
        assert_eq!(sandbox.ids(), ["wrapper-renamed"]);
        sandbox.mend("wrapper-renamed");
        assert_eq!(sandbox.ids(), NOTHING);
        assert!(sandbox.cargo_builds());
    }
}

/// Whether a build script's C code comes to the sandbox's server; `None` where cargo has no cc crate at hand.
fn caches_c_of_build_scripts(sandbox: &Sandbox) -> Option<bool> {
    sandbox.package("A");
    let manifest =
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2021\"\n[build-dependencies]\ncc = \"1\"\n";
    sandbox.write("project/Cargo.toml", manifest);
    sandbox.write("project/x.c", "int x(void) { return 1; }\n");
    sandbox.write(
        "project/build.rs",
        "fn main() { cc::Build::new().file(\"x.c\").compile(\"x\"); }\n",
    );
    let _ = fs::remove_dir_all(sandbox.path("project/target"));
    if !sandbox.cargo_builds() {
        common::left_out("no cc crate in CARGO_HOME");
        return None;
    }
    let output = sandbox
        .sccache()
        .args(["--show-stats", "--stats-format=json"])
        .output()
        .unwrap();
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    Some(
        answer["stats"]["cache_misses"]["counts"]["C/C++"]
            .as_u64()
            .is_some_and(|count| count > 0),
    )
}

#[test]
fn wrapper_name_hides_cc() {
    let mut sandbox = Sandbox::new();
    let script = sandbox.program("bin/sccache-shim", "exec sccache \"$@\"");
    sandbox.set("RUSTC_WRAPPER", &script);
    assert_ne!(caches_c_of_build_scripts(&sandbox), Some(true));
    assert_eq!(sandbox.ids(), ["wrapper-name-hides-cc"]);
    sandbox.mend("wrapper-name-hides-cc");
    assert_eq!(sandbox.ids(), NOTHING);
    assert_ne!(caches_c_of_build_scripts(&sandbox), Some(false));
    let other = sandbox.program("bin/another", "exec \"$@\"");
    sandbox.set("RUSTC_WRAPPER", other);
    assert_eq!(sandbox.ids(), ["wrapper-elsewhere"], "that is no sccache at all");
}

/// What rust-analyzer is as a wrapper (its `crates/rust-analyzer/src/bin/rustc_wrapper.rs`): checks are skipped, the
/// rest goes to rustc.
const RUST_ANALYZER: &str =
    "rustc=$1; shift\ncase \"$*\" in *--emit=*link* | *-vV* | *--print*) exec \"$rustc\" \"$@\" ;; esac";

#[test]
fn rust_analyzer_wrapper() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/src/lib.rs", "pub fn x() {}\n");
    let analyzer = sandbox.program("bin/rust-analyzer", RUST_ANALYZER);
    sandbox.set("RUSTC_WRAPPER", &analyzer).set("RA_RUSTC_WRAPPER", "1");
    assert!(sandbox.cargo_builds());
    assert_eq!(sandbox.server_pid(), None, "past sccache");
    assert_eq!(sandbox.ids(), ["rust-analyzer-wrapper"]);
    assert!(sandbox.helper(&["check", "--quiet"]).stdout.is_empty());
    // Somebody who sets it by hand.
    sandbox.unset("RA_RUSTC_WRAPPER");
    assert_eq!(sandbox.ids(), ["wrapper-elsewhere"]);
    sandbox.set("RUSTC_WRAPPER", sandbox.path("libexec/sccache-shell/sccache"));
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.unset("RUSTC_WRAPPER").set("RA_RUSTC_WRAPPER", "1");
    assert!(!sandbox.finds("rust-analyzer-wrapper"), "by its mark alone it is not");
}

#[test]
fn server_exe_deleted() {
    let mut sandbox = Sandbox::new();
    let program = sandbox.path("store/sccache");
    fs::create_dir(program.parent().unwrap()).unwrap();
    fs::copy(real_sccache(), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    sandbox.run("project", &program, &["--start-server"]);
    assert_eq!(sandbox.ids(), NOTHING);
    fs::remove_file(&program).unwrap();
    assert!(sandbox.compiles_c(), "it works on");
    assert_eq!(sandbox.ids(), ["server-exe-deleted"]);
    sandbox.mend("server-exe-deleted");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn mixed_versions() {
    let Some(older) = older_sccache("0.17") else { return };
    let sandbox = Sandbox::new();
    sandbox.run("project", &older, &["--start-server"]);
    let finding = sandbox.finding("mixed-versions");
    assert!(
        what(&finding).contains("0.19.0 and the running server's 0.17.0 have different keys for Rust, C and C++"),
        "{finding}"
    );
    sandbox.sccache().arg("--stop-server").output().unwrap();
    sandbox.start_server();
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn secrets() {
    let mut sandbox = Sandbox::new();
    let text =
        "[cache.disk]\nsize = \"24G\"\n[cache.webdav]\nendpoint = \"http://localhost\"\npassword = \"hunter2\"\n";
    sandbox.write("home/.config/sccache/config", text);
    fs::set_permissions(sandbox.config(), fs::Permissions::from_mode(0o640)).unwrap();
    let finding = sandbox.finding("secrets");
    assert!(
        what(&finding).contains("(`cache.webdav.password`), and others may read it (mode 640)"),
        "{finding}"
    );
    for form in [&["check"][..], &["check", "--json"], &["check", "--quiet"]] {
        let output = sandbox.helper(form);
        assert!(
            !String::from_utf8_lossy(&output.stdout).contains("hunter2"),
            "{output:?}"
        );
    }
    sandbox.mend("secrets");
    assert!(!sandbox.finds("secrets"));
}
