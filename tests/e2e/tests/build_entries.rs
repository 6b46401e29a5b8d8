//! What was compiled in a shell that was entered in one way hits in all others.

use std::fs;
use std::process::Command;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

/// A clean build: the artifacts of an earlier entry are in the cache only.
const BUILD: &str = "rm -rf target; cargo build --quiet";

/// The environment that a script has with `nix print-dev-env`.
fn print_dev_env(home: &Home, consumer: &Consumer) -> Command {
    let mut shell = home.command("bash");
    let script = format!("eval \"$(\"$NIX\" print-dev-env)\"; {BUILD}");
    shell.env("NIX", machine::program("nix")).args(["-euc", &script]);
    shell.current_dir(consumer.dir());
    shell
}

/// The environment of an editor that takes it from direnv, without a bash.
fn from_json(home: &Home, consumer: &Consumer) -> Command {
    drop(consumer.run(home, Entry::Direnv, "true").ok());
    let mut export = home.command(machine::program("direnv"));
    let out = Output::of(export.current_dir(consumer.dir()).args(["export", "json"])).ok();
    let json: serde_json::Value = serde_json::from_str(out.stdout()).unwrap_or_else(|error| panic!("{error}: {out}"));
    let mut build = home.command("/bin/sh");
    build.current_dir(consumer.dir()).args(["-c", BUILD]);
    for (name, value) in json.as_object().expect("an environment") {
        match value.as_str() {
            Some(value) => build.env(name, value),
            None => build.env_remove(name),
        };
    }
    build
}

#[test]
fn all_entries_share_hits() {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("project");
    let plain = machine::tree().join("examples/plain");
    fs::create_dir_all(dir.join("src")).unwrap();
    for file in ["Cargo.toml", "Cargo.lock", "src/main.rs"] {
        fs::copy(plain.join(file), dir.join(file)).unwrap();
    }
    let consumer = Consumer::write(&dir, "cacheSize = \"24G\";").commit(&home);
    drop(consumer.run(&home, Entry::Develop, BUILD).ok());
    assert_eq!(home.stats().rust.hits, 0);

    let finds = |name: &str, mut build: Command| {
        let before = home.stats().rust;
        let out = Output::of(&mut build).ok();
        let rust = home.stats().rust - before;
        assert!(rust.hits > 0, "{name}: {rust:?}: {out}");
        // `nix-shell` sets other linker variables than `nix develop`, nix-direnv a different search directory.
        let linked = u64::from(["NixShell", "NixDirenv"].contains(&name));
        assert!(rust.misses <= linked, "{name}: {rust:?}: {out}");
    };
    for entry in Entry::all() {
        finds(&format!("{entry:?}"), consumer.command(&home, entry, BUILD));
    }
    finds("print-dev-env", print_dev_env(&home, &consumer));
    finds("JSON", from_json(&home, &consumer));
}
