//! sccache's modes that cost hits.

use std::fs;

use crate::support::{NOTHING, Sandbox, noise, older_sccache, real_sccache, what};

/// A sandbox with one object in its cache, which is not looked up because of this variable.
fn keeps_from_hitting(name: &str) -> Sandbox {
    let mut sandbox = Sandbox::new();
    assert!(sandbox.compiles_c() && sandbox.compiles_c());
    assert_eq!(sandbox.hits(), 1);
    sandbox.set(name, "0");
    assert!(sandbox.compiles_c());
    assert_eq!(sandbox.hits(), 1, "0 counts as set");
    sandbox
}

#[test]
fn cache_bypassed_by_recache() {
    let mut sandbox = keeps_from_hitting("SCCACHE_RECACHE");
    assert_eq!(sandbox.ids(), ["cache-bypassed"]);
    sandbox.fix("cache-bypassed");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c() && sandbox.hits() == 2);
}

#[test]
fn cache_bypassed_by_no_cache() {
    let mut sandbox = keeps_from_hitting("SCCACHE_NO_CACHE");
    assert_eq!(sandbox.ids(), ["cache-bypassed"]);
    sandbox.fix("cache-bypassed");
    assert_eq!(sandbox.ids(), NOTHING);
    assert!(sandbox.compiles_c() && sandbox.hits() == 2);
}

#[test]
fn readonly_mode() {
    let mut sandbox = Sandbox::new();
    sandbox.configure("[cache.disk]\nsize = \"24G\"\nrw_mode = \"READ_ONLY\"\n");
    let finding = sandbox.finding("readonly-mode");
    assert_eq!(finding["severity"], "info", "it may be intended");
    assert!(what(&finding).contains("config:3"), "{finding}");
    assert!(sandbox.compiles_c() && sandbox.compiles_c());
    assert_eq!(sandbox.hits(), 0, "the finding is right");
    sandbox.configure("[cache.disk]\nsize = \"24G\"\n");
    let finding = sandbox.finding("readonly-mode");
    assert_eq!(
        finding["severity"], "warning",
        "the setting of the running server is not the configured one"
    );
    sandbox.fix("readonly-mode");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox
        .set("SCCACHE_LOCAL_RW_MODE", "read_only")
        .set("SCCACHE_CACHE_SIZE", "24G");
    sandbox.fix("readonly-mode");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_GCS_BUCKET", "b");
    sandbox.fix("readonly-mode");
    assert!(!sandbox.finds("readonly-mode"));
}

/// `readonly-mode` with a version that does not report the mode.
#[test]
fn read_only_in_0_17() {
    let Some(older) = older_sccache("0.17") else { return };
    let sandbox = Sandbox::with_sccache(&older);
    let config = "[cache.disk]\nsize = \"24G\"\nrw_mode = \"READ_ONLY\"\n";
    sandbox.configure(config);
    assert!(sandbox.compiles_c() && sandbox.compiles_c());
    assert_eq!(sandbox.hits(), 0);
    assert_eq!(sandbox.ids(), ["readonly-mode"]);
}

/// Whether a large object is found when it is compiled again.
fn finds_large_object(sandbox: &Sandbox) -> bool {
    sandbox.write("project/large.bin", noise(10 << 20, 1));
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
    sandbox.fix("client-side-frame");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.start_server();
    assert!(finds_large_object(&sandbox));
    assert_eq!(sandbox.ids(), NOTHING);
    // Set in the file, before a server is started.
    sandbox.unset("SCCACHE_CLIENT_SIDE").unset("SCCACHE_MAX_FRAME_LENGTH");
    sandbox.stop_server();
    sandbox.configure("client_side_mode = true\n[cache.disk]\nsize = \"24G\"\n");
    sandbox.fix("client-side-frame");
    assert_eq!(sandbox.ids(), NOTHING);
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
        let rustc = sandbox.rustc();
        let is_found_again = |sandbox: &Sandbox| {
            let mut before = 0;
            for _ in 0..2 {
                before = sandbox.hits();
                sandbox.compile_library(sandbox.sccache(), &rustc, text, "out", &[]);
            }
            sandbox.hits() > before
        };
        sandbox.start_server();
        assert!(!is_found_again(&sandbox), "{}", sccache.display());
        sandbox.fix("client-side-frame");
        sandbox.start_server();
        // 0.17 uses the server even then; what matters is that the entry is not dropped.
        assert!(is_found_again(&sandbox), "{}", sccache.display());
    }
}

#[test]
fn client_side_ignored() {
    let mut sandbox = Sandbox::new();
    let tmp = sandbox.path("gone");
    fs::create_dir(&tmp).unwrap();
    sandbox.set("TMPDIR", &tmp).set("SCCACHE_MAX_FRAME_LENGTH", "536870912");
    sandbox.start_server();
    fs::remove_dir(&tmp).unwrap();
    // A server without a TMPDIR cannot compile. In client-side mode the client compiles.
    sandbox.set("TMPDIR", "/var/tmp").set("SCCACHE_CLIENT_SIDE", "1");
    assert!(sandbox.compiles_c());
    assert!(!sandbox.finds("client-side-ignored"));
    sandbox.set("SCCACHE_LOG", "error");
    sandbox.write("project/x.c", "int other;\n");
    let output = sandbox
        .sccache()
        .args(["cc", "-c", "x.c", "-o", "x.o"])
        .output()
        .unwrap();
    assert!(!output.status.success(), "the server compiled");
    sandbox.fix("client-side-ignored");
    assert!(!sandbox.finds("client-side-ignored"));
}
