//! The flake's outputs except the shell: the package, the checks, the template, the examples.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use sccache_shell_e2e::flake::{Consumer, flake_parts, project, system};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::output::Output;
use sccache_shell_e2e::{machine, worktree};

/// Nix's flags for a flake with our own inputs' names: the tests' nixpkgs instead of the locked one.
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

/// The path of the package that Nix builds.
fn package(home: &Home) -> PathBuf {
    let build = ["build", project(), "--no-link", "--print-out-paths"];
    let out = run(&Consumer::at(home.path()), home, &build, &overrides(true)).ok();
    PathBuf::from(out.stdout().trim())
}

#[test]
fn the_helper_is_built_by_nix() {
    let helper = package(&Home::new()).join("bin/sccache-shell");
    let version = Output::of(Command::new(helper).arg("--version")).ok();
    let manifest = fs::read_to_string(machine::tree().join("Cargo.toml")).unwrap();
    let own = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .expect("the workspace has a version");
    assert_eq!(version.stdout(), format!("sccache-shell {own}\n"));
}

/// Users compile the helper. They must not do so again because a test, a benchmark or a page changed.
#[test]
fn the_helper_depends_on_its_own_sources_only() {
    let home = Home::new();
    let copy = home.path().join("copy");
    let source = project().strip_prefix("path:").expect("it is in the store");
    let copied = Command::new("cp")
        .args(["-r", "--no-preserve=mode", source])
        .arg(&copy)
        .status();
    assert!(copied.is_ok_and(|status| status.success()));
    let derivation = || {
        let package = format!("path:{}#packages.{}.default.drvPath", copy.display(), system());
        let eval = ["eval", "--raw", &package];
        run(&Consumer::at(home.path()), &home, &eval, &overrides(true))
            .ok()
            .stdout()
            .to_owned()
    };
    let before = derivation();
    for other in ["bench", "docs", "examples", "helper/fuzz", "helper/tests", "tests"] {
        append_to_all(&copy.join(other));
    }
    assert_eq!(derivation(), before);
    append_to_all(&copy.join("helper/src"));
    assert_ne!(derivation(), before);
}

/// Changes every file below a directory.
fn append_to_all(dir: &Path) {
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.expect("the copy is readable").path();
        if path.is_dir() {
            append_to_all(&path);
        } else {
            let mut text = fs::read(&path).expect("the copy is readable");
            text.push(b'\n');
            fs::write(&path, text).expect("the copy is writable");
        }
    }
}

/// Each command's man page is found by its name, and contains the command's help.
#[test]
fn man_pages_are_installed() {
    if !cfg!(target_os = "linux") {
        // macOS has a different man, with different options.
        return;
    }
    let home = Home::new();
    let package = package(&home);
    let man = |page: &str| {
        let mut man = home.command(machine::program("man"));
        // Wide, so that no word is broken.
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

/// docs/fronts.md describes what `nix flake show` lists, since Nix prints `unknown` for most of it; and what can be
/// built has a description.
#[test]
fn flake_show_describes_every_output() {
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
    // Nix does not know the output for devenv's modules.
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

/// A new user's first minute: enter, build, check.
fn enter_and_build(consumer: &Consumer, home: &Home, flags: &[String]) {
    let script =
        "cargo build --quiet && sccache-shell check --strict --ignore disk-too-small >&2 && echo \"$RUSTC_WRAPPER\"";
    let mut args = vec!["develop"];
    args.extend(flags.iter().map(String::as_str));
    let out = consumer
        .nix(home, &[&args[..], &["--command", "bash", "-euc", script]].concat())
        .ok();
    assert!(out.stdout().trim().ends_with("/libexec/sccache-shell/sccache"), "{out}");
    // The build used sccache, if only for cargo's probe of rustc.
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
fn a_consumers_flake_check_finds_contradicting_options() {
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
