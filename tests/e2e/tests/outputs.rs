//! What the flake gives beside the shell: the package, the checks, the template, the examples.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

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

/// Where the package is that Nix builds.
fn package(home: &Home) -> PathBuf {
    let build = ["build", project(), "--no-link", "--print-out-paths"];
    let out = run(&Consumer::at(home.path()), home, &build, &overrides(true)).ok();
    PathBuf::from(out.stdout().trim())
}

#[test]
fn the_helper_is_built_by_nix() {
    let helper = package(&Home::new()).join("bin/sccache-shell");
    let version = Output::of(Command::new(helper).arg("--version")).ok();
    assert_eq!(
        version.stdout(),
        format!("sccache-shell {}\n", env!("CARGO_PKG_VERSION"))
    );
}

/// Each command's man page is found by its name, and says what the command's help says.
#[test]
fn the_man_pages_are_installed_and_are_read() {
    if !cfg!(target_os = "linux") {
        // Another man, with other options.
        return;
    }
    let home = Home::new();
    let package = package(&home);
    let man = |page: &str| {
        let mut man = home.command(machine::program("man"));
        // Wide, so that no word is broken; with nothing between that would only be seen on paper.
        man.env("MANWIDTH", "1000").env("MANPATH", package.join("share/man"));
        let out = Output::of(man.args(["--no-hyphenation", "--no-justification", "--warnings", page])).ok();
        assert_eq!(out.stderr(), "", "{page}: {out}");
        out.stdout().to_owned()
    };
    let help = |args: &[&str]| Output::of(Command::new(package.join("bin/sccache-shell")).args(args)).ok();
    let commands = help(&["-h"]);
    let names = commands
        .stdout()
        .lines()
        .skip_while(|line| *line != "Commands:")
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| name.starts_with(|first: char| first.is_lowercase()) && *name != "help");
    let all = man("sccache-shell");
    let mut seen = 0;
    for name in names {
        let help = help(&[name, "--help"]);
        let about = help.stdout().lines().next().unwrap_or_default();
        assert!(
            all.contains(&format!("sccache-shell-{name}(1)")) && all.contains(about),
            "{all}"
        );
        let page = man(&format!("sccache-shell-{name}"));
        assert!(
            page.contains(about) && page.contains("SYNOPSIS"),
            "{name}: {about}: {page}"
        );
        seen += 1;
    }
    assert!(seen > 5, "{commands}");
}

/// What `nix flake show` lists stands in docs/fronts.md, since Nix itself says `unknown` of most; and what can be built says
/// what it is.
#[test]
fn a_stranger_understands_what_the_flake_has() {
    let home = Home::new();
    let show = ["flake", "show", project(), "--json"];
    let out = run(&Consumer::at(home.path()), &home, &show, &overrides(true)).ok();
    let shown: Value = serde_json::from_str(out.stdout()).unwrap_or_else(|error| panic!("{error}: {out}"));
    let page = fs::read_to_string(machine::tree().join("docs/fronts.md")).unwrap();
    let (_, table) = page
        .split_once("## What `nix flake show` lists")
        .expect("the page has it");
    let said: BTreeSet<&str> = table
        .lines()
        .filter_map(|row| row.strip_prefix("| `")?.split(" |").next())
        .flat_map(|names| names.split(", "))
        .filter_map(|name| name.trim_matches('`').split('.').next())
        .collect();
    let has: BTreeSet<&str> = shown.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(said, has);

    for kind in ["packages", "devShells", "templates"] {
        let here = &shown[kind];
        // Templates are the same for all systems.
        let here = here.get(system()).unwrap_or(here).as_object().unwrap();
        for (name, output) in here {
            let description = output["description"].as_str().unwrap_or_default();
            assert!(
                description.contains(' '),
                "{kind}.{name} does not say what it is: {output}"
            );
        }
    }
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
