//! Incremental compilation, which sccache does not cache.

use std::fs;

use super::shares;
use crate::support::{NOTHING, Sandbox, real_sccache, what};

#[test]
fn incremental_on() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.write("project/src/lib.rs", "pub fn x() {}\n");
    sandbox.unset("CARGO_INCREMENTAL");
    let finding = sandbox.finding("incremental-on");
    assert!(what(&finding).contains("(cargo's default)"), "{finding}");
    assert!(sandbox.cargo_builds());
    assert_eq!(sandbox.running_stat("requests_executed"), 0, "the finding is right");
    sandbox.stop_server();
    fs::remove_dir_all(sandbox.path("project/target")).unwrap();
    sandbox.write("project/.cargo/config.toml", "[build]\nincremental = true\n");
    let finding = sandbox.finding("incremental-on");
    assert!(what(&finding).contains(".cargo/config.toml:2"), "{finding}");
    let shown = finding["detail"][0].as_str().unwrap();
    assert!(shown.ends_with(".cargo/config.toml:2: incremental = true"), "{shown}");
    sandbox.write("project/.cargo/config.toml", "[build]\nincremental = false\n");
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("CARGO_INCREMENTAL", "1");
    sandbox.fix("incremental-on");
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn incremental_forced() {
    let mut sandbox = Sandbox::new();
    sandbox
        .set("CARGO_INCREMENTAL", "1")
        .set("RUSTC_WRAPPER", real_sccache());
    assert!(!sandbox.compiles_c());
    // That cargo bypasses our wrapper is a finding, too.
    assert_eq!(sandbox.ids(), ["incremental-forced", "wrapper-shadowed"]);
    // With our wrapper it is only not cached.
    let wrapper = sandbox.path("libexec/sccache-shell/sccache");
    sandbox.set("RUSTC_WRAPPER", &wrapper);
    assert_eq!(sandbox.ids(), ["incremental-on"]);
    sandbox.set("RUSTC_WRAPPER", real_sccache());
    sandbox.fix("incremental-forced");
    assert!(sandbox.compiles_c());
    sandbox.set("RUSTC_WRAPPER", wrapper);
    assert_eq!(sandbox.ids(), NOTHING);
}

#[test]
fn incremental_spelling() {
    let mut sandbox = Sandbox::new();
    sandbox.start_server();
    let zero = [("CARGO_INCREMENTAL", "0")];
    assert!(!shares(&sandbox, false, &zero, &[("CARGO_INCREMENTAL", "false")]));
    assert!(
        shares(&sandbox, true, &zero, &[("CARGO_INCREMENTAL", "false")]),
        "our wrapper removes it"
    );
    for value in ["false", "", "no"] {
        sandbox.set("CARGO_INCREMENTAL", value);
        assert_eq!(sandbox.ids(), NOTHING, "with our wrapper");
    }
    sandbox.go_past_the_wrapper();
    sandbox.fix("incremental-spelling");
    assert!(!sandbox.finds("incremental-spelling"));
}
