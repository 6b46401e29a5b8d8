//! Rust in Nix shells with different `NIX_RUSTFLAGS`, and the C of its build scripts with different hardening.

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::stats::Stats;
use sccache_shell_e2e::{workspace, worktree};

/// The shell's attributes become variables.
fn flake(flags: &str, hardening: &str) -> String {
    format!("NIX_RUSTFLAGS = \"{flags}\"; NIX_HARDENING_ENABLE = \"{hardening}\";")
}

fn build(home: &Home, consumer: &Consumer) -> Stats {
    let before = home.stats();
    drop(consumer.run(home, Entry::Develop, "cargo build --quiet --locked").ok());
    home.stats().since(&before)
}

/// Builds the fixture, then a worktree with different flags and one with the same. Returns the counters of each build.
fn builds(config: &str) -> [Stats; 3] {
    let home = Home::with_cache_size("1G");
    let dir = workspace::copy("small", &home.path().join("one"));
    let one = Consumer::write_shell(&dir, config, &flake("--cfg first", "pic")).commit(&home);
    let other = worktree::linked(one.dir(), "other");
    let other = Consumer::write_shell(&other, config, &flake("--cfg second", "pic stackprotector"));
    let same = Consumer::at(&worktree::linked(one.dir(), "same"));
    [&one, &other, &same].map(|consumer| build(&home, consumer))
}

#[test]
fn plain_sccache_does_not_hash_the_flags() {
    let [first, other, _] = builds("helper = null;");
    assert!(first.rust.misses > 10 && first.c.misses > 10, "{first:?}");
    // All except the library member, whose directory is in the key.
    assert_eq!((other.rust.misses, other.c.misses), (1, 0), "right by now? {other:?}");
}

#[test]
fn different_flags_are_separated_and_equal_ones_shared() {
    let [first, other, same] = builds("");
    assert_eq!((other.rust.hits, other.c.hits), (0, 0), "{other:?}");
    assert_eq!((other.rust.misses, other.c.misses), (first.rust.misses, first.c.misses));
    assert_eq!((same.rust.misses, same.c.misses), (0, 0), "{same:?}");
    assert_eq!(
        (same.rust.hits, same.c.hits),
        (first.rust.misses, first.c.misses),
        "{same:?}"
    );
}
