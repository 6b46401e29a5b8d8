//! The commands of pages, run as a new user would: every `$` line of a page's `console` blocks in order, in a project
//! with the shell. A command must print the lines below it; `…` matches anything.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

use std::fs;
use std::path::Path;

use sccache_shell_e2e::example::Example;
use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

/// A command, and the lines that it must print.
struct Step {
    command: String,
    printed: Vec<String>,
}

fn steps(page: &str) -> Vec<Step> {
    let text = fs::read_to_string(machine::tree().join("docs").join(page)).unwrap();
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with("```") {
            inside = line == "```console";
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            steps.push(Step {
                command: command.to_owned(),
                printed: Vec::new(),
            });
        } else if inside {
            steps
                .last_mut()
                .expect("a command comes first")
                .printed
                .push(line.to_owned());
        }
    }
    assert!(!steps.is_empty(), "{page} has no commands");
    steps
}

/// A project with the shell in a home, built once.
fn project(home: &Home) -> Consumer {
    let dir = home.path().join("project");
    let plain = machine::tree().join("examples/plain");
    fs::create_dir_all(dir.join("src")).unwrap();
    for file in ["Cargo.toml", "Cargo.lock", "src/main.rs"] {
        fs::copy(plain.join(file), dir.join(file)).unwrap();
    }
    Consumer::write(&dir, "cacheSize = \"24G\";").commit(home)
}

fn follow(home: &Home, consumer: &Consumer, page: &str) {
    for step in steps(page) {
        let mut bash = home.command("bash");
        let out = Output::of(bash.current_dir(consumer.dir()).args(["-euc", &step.command])).ok();
        let said = format!("{}{}", out.stdout(), out.stderr());
        for line in &step.printed {
            for part in line.split('…').map(str::trim) {
                assert!(
                    said.contains(part),
                    "{page}: `{}` does not print {part:?}: {out}",
                    step.command
                );
            }
        }
    }
}

#[test]
fn on_another_machine() {
    let home = Home::new();
    follow(&home, &project(&home), "another-machine.md");
    assert!(fs::read_to_string(home.config_file()).unwrap().contains("24G"));
}

#[test]
fn following_from_shellhook_kache_and_team() {
    let home = Home::with_cache_size("24G");
    let consumer = project(&home);
    for page in ["from-shellhook.md", "from-kache-or-mbx.md", "team.md"] {
        follow(&home, &consumer, page);
    }
}

/// The settings on the page for teams are used as they are.
#[test]
fn a_teams_settings() {
    let home = Home::new();
    let page = fs::read_to_string(machine::tree().join("docs/team.md")).unwrap();
    let (_, rest) = page.split_once("```nix\n").unwrap();
    let (settings, _) = rest.split_once("```").unwrap();
    let example = Example::copy(&home, "home-manager", &["home-manager"]);
    let module = "sccache-shell.homeModules.default";
    example.edit(module, &format!("{module} {{ {settings} }}"));
    // The example has different values for these.
    example.edit("              cacheSize = \"48G\";", "");
    let config = example.build(&home, "homeConfigurations.me.config.programs.sccache-shell.configFile");
    let text = fs::read_to_string(config).unwrap();
    for part in [
        "redis://cache.example:6379",
        "multilevel",
        "password = \"@cache.redis.password@\"",
        "48G",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// The files and directories of a home, without the project and what Nix and cargo keep for all projects.
fn left(home: &Path) -> Vec<String> {
    let mut left = Vec::new();
    for dir in [".cache", ".config", ".local/share", ".local/state", "."] {
        let Ok(entries) = fs::read_dir(home.join(dir)) else {
            continue;
        };
        left.extend(
            entries
                .flatten()
                .map(|entry| format!("{dir}/{}", entry.file_name().to_string_lossy())),
        );
    }
    left.retain(|path| {
        !["./project", "./.cache", "./.config", "./.local"].contains(&path.as_str()) && !path.contains("nix")
    });
    left
}

#[test]
fn uninstalling_leaves_nothing() {
    let home = Home::new();
    let consumer = project(&home);
    drop(
        consumer
            .run(&home, Entry::Develop, "sccache-shell init && cargo build --quiet")
            .ok(),
    );
    assert!(home.server().pid().is_some() && left(home.path()).iter().any(|path| path.contains("sccache")));
    follow(&home, &consumer, "uninstall.md");
    assert_eq!(left(home.path()), [""; 0]);
    assert_eq!(home.server().pid(), None);
}
