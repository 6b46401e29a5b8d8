//! The checks that use the running server's statistics.

use crate::support::{NOTHING, Sandbox, real_sccache, what};

/// The number of calls below which the checks find nothing.
const ENOUGH: usize = 50;

fn call(sandbox: &Sandbox, times: usize, args: &[&str]) {
    for _ in 0..times {
        sandbox.run("project", real_sccache(), args);
    }
}

#[test]
fn stats_uncached_by_errors() {
    let mut sandbox = Sandbox::new();
    sandbox.write("project/x.c", "int x;\n");
    call(&sandbox, ENOUGH - 1, &["cc", "-c", "x.c", "-o", "x.o"]);
    std::fs::remove_dir_all(sandbox.path("home/.cache/sccache")).unwrap();
    sandbox.write("project/x.c", "int other;\n");
    call(&sandbox, 1, &["cc", "-c", "x.c", "-o", "x.o"]);
    assert!(sandbox.running_stat("cache_write_errors") > 0);
    let finding = sandbox.finding("stats-uncached");
    assert!(what(&finding).contains(" that could not be stored"), "{finding}");
    sandbox.run("project", real_sccache(), &["--zero-stats"]);
    assert!(!sandbox.finds("stats-uncached"));
    sandbox.unset("SCCACHE_NO_CACHE");
}

#[test]
fn stats_uncached_by_no_cache() {
    let mut sandbox = Sandbox::new();
    sandbox.write("project/x.c", "int x;\n");
    sandbox.set("SCCACHE_NO_CACHE", "1");
    call(&sandbox, ENOUGH, &["cc", "-c", "x.c", "-o", "x.o"]);
    sandbox.unset("SCCACHE_NO_CACHE");
    assert!(what(&sandbox.finding("stats-uncached")).contains("looked none up: SCCACHE_NO_CACHE"));
}

#[test]
fn stats_uncached_by_recache() {
    let mut sandbox = Sandbox::new();
    sandbox.write("project/x.c", "int x;\n");
    call(&sandbox, ENOUGH - 1, &["cc", "-c", "x.c", "-o", "x.o"]);
    assert_eq!(sandbox.ids(), NOTHING);
    sandbox.set("SCCACHE_RECACHE", "1");
    call(&sandbox, 1, &["cc", "-c", "x.c", "-o", "x.o"]);
    sandbox.unset("SCCACHE_RECACHE");
    let text = what(&sandbox.finding("stats-uncached"));
    assert!(
        text.ends_with("1 compile not looked up, because of SCCACHE_RECACHE"),
        "{text}"
    );
}

#[test]
fn stats_uncached_by_unknown_compilers() {
    let sandbox = Sandbox::new();
    sandbox.write("project/x.c", "int x;\n");
    call(&sandbox, ENOUGH, &["cc", "-c", "x.c", "-o", "x.o"]);
    assert_eq!(sandbox.ids(), NOTHING);
    let mine = sandbox.program("bin/mine", "exit 0");
    let mut compile = sandbox.sccache();
    let output = compile.arg(mine).args(["-c", "x.c", "-o", "x.o"]).output().unwrap();
    assert!(!output.status.success(), "{output:?}");
    let text = what(&sandbox.finding("stats-uncached"));
    assert!(text.contains("1 call of a compiler that it does not know"), "{text}");
}

#[test]
fn stats_uncached_by_flags() {
    let sandbox = Sandbox::new();
    sandbox.write("project/x.c", "int x;\n");
    // Probes and small numbers of calls are not a finding.
    call(&sandbox, ENOUGH, &["cc", "-E", "x.c", "-o", "x.i"]);
    call(&sandbox, 2, &["cc", "-save-temps", "-c", "x.c", "-o", "x.o"]);
    assert_eq!(sandbox.ids(), NOTHING);
    call(&sandbox, 10, &["cc", "-save-temps", "-c", "x.c", "-o", "x.o"]);
    let finding = sandbox.finding("stats-uncached");
    let expected = "12 of 62 calls were not cacheable because of compiles that keep intermediate files (`-save-temps`)";
    assert_eq!(what(&finding), expected);
}

/// Changes the library, so that cargo compiles it.
fn change(sandbox: &Sandbox, name: &str) {
    sandbox.write("project/src/lib.rs", format!("pub fn {name}() {{}}\n"));
}

#[test]
fn clippy_uncached() {
    let mut sandbox = Sandbox::new();
    // An edited crate would be compiled without sccache.
    sandbox.set("SCCACHE_SHELL_INCREMENTAL_EDITS", "false");
    sandbox.package("A");
    change(&sandbox, "a");
    sandbox.write("project/x.c", "int x;\n");
    // Rustup's cargo sets it to a path otherwise.
    sandbox.set("RUSTC", "rustc");
    sandbox.run("project", "cargo", &["build", "-q", "--offline", "--lib"]);
    call(&sandbox, ENOUGH, &["cc", "-E", "x.c", "-o", "x.i"]);
    let clippy = |sandbox: &Sandbox| sandbox.run("project", "cargo", &["clippy", "-q", "--offline", "--lib"]);
    clippy(&sandbox);
    assert_eq!(sandbox.ids(), NOTHING, "a bare file name is cached");
    let hits = sandbox.hits();
    change(&sandbox, "b");
    clippy(&sandbox);
    change(&sandbox, "a");
    clippy(&sandbox);
    assert_eq!(sandbox.hits(), hits + 1, "the explanation is right");

    sandbox.set("RUSTC", sandbox.rustc());
    change(&sandbox, "c");
    clippy(&sandbox);
    assert_eq!(sandbox.ids(), NOTHING, "our wrapper passes a bare file name");
    sandbox.go_past_the_wrapper();
    change(&sandbox, "d");
    clippy(&sandbox);
    assert!(sandbox.finds("clippy-uncached"));
    let finding = what(&sandbox.finding("clippy-uncached"));
    assert!(finding.contains("by a path (RUSTC)"), "{finding}");
}
