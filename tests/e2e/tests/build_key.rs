//! Variables that no compile reads must not prevent a hit.

use std::process::Command;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::stats::Stats;
use sccache_shell_e2e::{machine, workspace};

/// Variables that differ between a user's shell, a script's and an editor's.
fn as_in_another_shell(command: &mut Command) {
    command
        .env("CARGO_TERM_COLOR", "always")
        .env("CARGO_NET_OFFLINE", "true");
}

#[test]
fn shells_that_differ_in_cargos_own_variables_share_every_hit() {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("main");
    workspace::copy("small", &dir);
    let consumer = Consumer::write(&dir, "").commit(&home);
    let script = "cargo clean --quiet && cargo build --quiet --locked";

    drop(consumer.run(&home, Entry::Develop, script).ok());
    let first = home.stats();
    let mut other = consumer.command(&home, Entry::Develop, script);
    as_in_another_shell(&mut other);
    drop(Output::of(&mut other).ok());
    let second = home.stats().since(&first);
    assert_eq!(second.rust.hits, first.rust.misses, "{second:?}");
    assert_eq!(second.rust.misses, 0, "{second:?}");
}

#[test]
fn plain_sccache_shares_no_rust_hit_between_them() {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("main");
    workspace::copy("small", &dir);
    let build = |change: &dyn Fn(&mut Command)| -> Stats {
        let before = home.stats();
        let mut clean = home.command(machine::program("cargo"));
        drop(Output::of(clean.current_dir(&dir).args(["clean", "--quiet"])).ok());
        let mut cargo = home.command(machine::program("cargo"));
        cargo.current_dir(&dir).args(["build", "--quiet", "--locked"]);
        cargo
            .env("RUSTC_WRAPPER", machine::program("sccache"))
            .env("CARGO_INCREMENTAL", "0");
        change(&mut cargo);
        drop(Output::of(&mut cargo).ok());
        home.stats().since(&before)
    };
    drop(build(&|_| ()));
    let same = build(&|_| ());
    assert!(same.rust.hits > 10, "{same:?}");
    let other = build(&as_in_another_shell);
    assert_eq!(other.rust.hits, 0, "{other:?}");
}
