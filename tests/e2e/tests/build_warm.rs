//! The option `warm`: a new worktree has what another one built before its first build begins.

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::{workspace, worktree};

#[test]
fn a_new_worktree_is_warmed_at_its_first_entry() {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("main");
    workspace::copy("small", &dir);
    let main = Consumer::write(&dir, "cacheSize = \"24G\"; warm = true;").commit(&home);
    let out = main.run(&home, Entry::Develop, "cargo build --quiet --locked").ok();
    assert!(!out.stderr().contains("copied"), "nothing to copy from yet: {out}");

    let linked = Consumer::at(&worktree::linked(&dir, "feature"));
    let entered = linked.run(&home, Entry::Develop, "echo entered").ok();
    assert!(entered.stderr().contains("sccache-shell: copied "), "{entered}");
    assert_eq!(entered.stdout(), "entered\n", "the hook's words are on stderr");

    let built = linked.run(&home, Entry::Develop, "cargo build --locked").ok();
    assert!(!built.stderr().contains("sccache-shell: copied "), "once: {built}");
    let compiled: Vec<&str> = built
        .stderr()
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("Compiling ")?.split(' ').next())
        .collect();
    // The members; and zlib, whose pkg-config file names the old worktree.
    for name in &compiled {
        assert!(name.starts_with("shop-") || *name == "libz-sys", "{compiled:?}");
    }
    assert!(
        compiled.contains(&"shop-app") && compiled.contains(&"libz-sys"),
        "{compiled:?}"
    );
    drop(linked.run(&home, Entry::Develop, "target/debug/shop-app").ok());
}
