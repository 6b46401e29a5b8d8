//! What the flake gives beside the shell: the package, the checks, the template, the examples.

use std::fs;
use std::path::Path;
use std::process::Command;

use sccache_shell_e2e::flake::{Consumer, flake_parts, project, system};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::{machine, worktree};

/// Nix's flags for a flake with our own inputs' names: the tests' nixpkgs in the place of the locked one.
fn overrides(own: bool) -> Vec<String> {
    let mut flags = vec!["--no-write-lock-file".to_owned()];
    let mut give =
        |input: &str, reference: &str| flags.extend(["--override-input", input, reference].map(str::to_owned));
    if !own {
        give("sccache-shell", project());
    }
    if let Some(nixpkgs) = machine::nixpkgs() {
        give("nixpkgs", &nixpkgs);
        if let Some(lib) = machine::nixpkgs_lib() {
            give("nixpkgs/lib", &lib);
        }
    }
    flags
}

fn run(consumer: &Consumer, home: &Home, args: &[&str], flags: &[String]) -> Output {
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    consumer.nix(home, &[args, &flags].concat())
}

#[test]
fn the_helper_is_built_by_nix() {
    let home = Home::new();
    let tree = Consumer::at(home.path());
    let out = run(
        &tree,
        &home,
        &["build", project(), "--no-link", "--print-out-paths"],
        &overrides(true),
    )
    .ok();
    let helper = Path::new(out.stdout().trim()).join("bin/sccache-shell");
    let version = Output::of(Command::new(helper).arg("--version")).ok();
    assert_eq!(
        version.stdout(),
        format!("sccache-shell {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn the_flake_passes_its_own_check() {
    let home = Home::new();
    let out = run(
        &Consumer::at(home.path()),
        &home,
        &["flake", "check", project()],
        &overrides(true),
    )
    .ok();
    // Nix has no word for devenv's modules.
    let unknown = out
        .stderr()
        .lines()
        .filter(|line| line.contains("unknown flake output"));
    assert!(unknown.into_iter().all(|line| line.contains("devenvModules")), "{out}");
}

#[test]
fn the_template_is_entered() {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("new");
    fs::create_dir(&dir).unwrap();
    let new = Consumer::at(&dir);
    drop(new.nix(&home, &["flake", "init", "--template", project()]).ok());
    assert!(dir.join("flake.nix").exists() && dir.join(".envrc").exists());
    worktree::init(&dir);

    let mut flags = overrides(false);
    if machine::nixpkgs().is_some() {
        let parts = flake_parts();
        flags.extend(["--override-input".to_owned(), "flake-parts".to_owned(), parts]);
    }
    enter_and_build(&new, &home, &flags);
}

#[test]
fn the_plain_example_is_entered() {
    let home = Home::with_cache_size("24G");
    let dir = home.path().join("plain");
    let copy = Command::new("cp")
        .arg("-r")
        .arg(machine::tree().join("examples/plain"))
        .arg(&dir)
        .status();
    assert!(copy.is_ok_and(|status| status.success()));
    worktree::init(&dir);
    enter_and_build(&Consumer::at(&dir), &home, &overrides(false));
}

/// A newcomer's first minute: enter, build, look.
fn enter_and_build(consumer: &Consumer, home: &Home, flags: &[String]) {
    let script =
        "cargo build --quiet && sccache-shell check --strict --ignore disk-too-small >&2 && echo \"$RUSTC_WRAPPER\"";
    let mut args = vec!["develop"];
    args.extend(flags.iter().map(String::as_str));
    let out = consumer
        .nix(home, &[&args[..], &["--command", "bash", "-euc", script]].concat())
        .ok();
    assert!(out.stdout().trim().ends_with("/libexec/sccache-shell/sccache"), "{out}");
    // The build went through sccache, if only for cargo's question of which rustc this is.
    assert!(home.server().pid().is_some(), "{out}");
}

#[test]
fn there_is_a_package_for_every_system() {
    let home = Home::new();
    let attribute = format!("{}#packages", project());
    let out = run(
        &Consumer::at(home.path()),
        &home,
        &["eval", &attribute, "--apply", "builtins.attrNames", "--json"],
        &overrides(true),
    )
    .ok();
    assert_eq!(
        out.stdout().trim(),
        "[\"aarch64-darwin\",\"aarch64-linux\",\"x86_64-linux\"]"
    );
    assert!(out.stdout().contains(system()));
}

#[test]
fn a_consumers_flake_check_says_where_options_contradict() {
    let home = Home::new();
    let config = "cacheSize = \"24G\"; helper = null; check.ignore = [ \"config-missing\" ];";
    let wrong = Consumer::write_flake_parts(&home.path().join("wrong"), config).commit(&home);
    let out = wrong.nix(&home, &["flake", "check", "-L"]).failed();
    for option in [
        "`cacheSize` does nothing with `helper = null`",
        "`check.ignore` does nothing with `helper = null`",
    ] {
        assert!(out.stderr().contains(option), "{out}");
    }
    let config = "check.ignore = [ \"no-such-check\" ];";
    let unknown = Consumer::write_flake_parts(&home.path().join("unknown"), config).commit(&home);
    let out = unknown.nix(&home, &["flake", "check", "-L"]).failed();
    assert!(out.stderr().contains("no-such-check, which is not a check"), "{out}");
    let config = "cacheSize = \"24G\"; check.ignore = [ \"config-missing\" ];";
    let right = Consumer::write_flake_parts(&home.path().join("right"), config).commit(&home);
    drop(right.nix(&home, &["flake", "check"]).ok());
}
