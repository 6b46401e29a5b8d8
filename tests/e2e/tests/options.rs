//! The effect of options in a shell that is really entered.

use std::fs;
use std::process::Command;

use sccache_shell_e2e::flake::{Consumer, Entry};
use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

fn shell(home: &Home, config: &str) -> Consumer {
    Consumer::write(&home.path().join("project"), config).commit(home)
}

/// Enters the shell with `RUSTC_WRAPPER` set outside, and prints what it is inside.
fn with_wrapper(home: &Home, consumer: &Consumer, value: &str) -> Output {
    let mut command = consumer.command(home, Entry::Develop, "echo \"$RUSTC_WRAPPER\"");
    Output::of(command.env("RUSTC_WRAPPER", value)).ok()
}

#[test]
fn a_users_own_wrapper_is_kept_and_reported() {
    let home = Home::with_cache_size("24G");
    let consumer = shell(&home, "");
    let kache = home.path().join("kache");
    std::os::unix::fs::symlink("/bin/sh", &kache).expect("the home is writable");
    let kache = kache.to_str().expect("the tests' own paths are UTF-8");
    let out = with_wrapper(&home, &consumer, kache);
    assert_eq!(out.stdout(), format!("{kache}\n"));
    assert!(
        out.stderr().contains("wrapper-elsewhere") && out.stderr().contains(kache),
        "{out}"
    );
}

#[test]
fn a_users_own_wrapper_is_reported_without_the_check() {
    let home = Home::with_cache_size("24G");
    let consumer = shell(&home, "check.enable = false;");
    let out = with_wrapper(&home, &consumer, "/opt/kache/bin/kache");
    assert_eq!(out.stdout(), "/opt/kache/bin/kache\n");
    assert!(out.stderr().contains("RUSTC_WRAPPER=/opt/kache/bin/kache"), "{out}");
}

#[test]
fn a_wrapper_from_an_older_shell_is_replaced() {
    let home = Home::with_cache_size("24G");
    let consumer = shell(&home, "");
    let out = with_wrapper(&home, &consumer, "/nix/store/0123-old/libexec/sccache-shell/sccache");
    assert!(
        out.stdout().starts_with("/nix/store/") && !out.stdout().contains("0123-old"),
        "{out}"
    );
    assert!(out.stdout().ends_with("/libexec/sccache-shell/sccache\n"), "{out}");
}

#[test]
fn without_the_helper_sccache_itself_is_the_wrapper() {
    let home = Home::with_cache_size("24G");
    let consumer = shell(&home, "helper = null;");
    let out = consumer.run(
        &home,
        Entry::Develop,
        "echo \"$RUSTC_WRAPPER\" \"$CARGO_INCREMENTAL\" \"$TMPDIR\"; type -P sccache-shell || echo none",
    );
    let out = out.ok();
    let lines: Vec<&str> = out.stdout().lines().collect();
    let words: Vec<&str> = lines[0].split(' ').collect();
    assert!(
        words[0].ends_with("/bin/sccache") && !words[0].contains("sccache-shell"),
        "{out}"
    );
    assert_eq!(words[1..], ["0", "/var/tmp"]);
    assert_eq!(lines[1], "none");
}

#[test]
fn incremental_is_left_to_cargo_on_request() {
    let home = Home::with_cache_size("24G");
    let consumer = shell(&home, "incremental = true;");
    let out = consumer
        .run(&home, Entry::Develop, "echo \"${CARGO_INCREMENTAL-unset}\"")
        .ok();
    assert_eq!(out.stdout(), "unset\n");
    assert!(!out.stderr().contains("incremental-on"), "the user asked for it: {out}");
}

#[test]
fn switched_off_it_changes_nothing() {
    let home = Home::new();
    let consumer = shell(&home, "enable = false; cacheSize = \"24G\";");
    let out = consumer
        .run(
            &home,
            Entry::Develop,
            "env | grep -cE '^(SCCACHE_SHELL|RUSTC_WRAPPER|CARGO_INCREMENTAL)' || :",
        )
        .ok();
    assert_eq!(out.stdout(), "0\n");
    assert_eq!(out.messages(), [""; 0]);
}

#[test]
fn the_config_file_is_written_on_request() {
    let home = Home::new();
    let consumer = shell(&home, "initConfig = true; cacheSize = \"24G\";");
    // The same program checks the shell.
    let out = with_wrapper(&home, &consumer, "/opt/kache");
    let text = fs::read_to_string(home.config_file()).unwrap();
    assert!(text.contains("size = \"24G\""), "{text}");
    let [wrote, found] = out.messages()[..] else {
        panic!("{out}")
    };
    assert!(wrote.contains("wrote") && found.contains("/opt/kache"), "{out}");

    // The user's file is kept, and the next entry changes nothing.
    home.configure("[cache.disk]\nsize = \"30G\" # mine\n");
    let out = consumer.run(&home, Entry::Develop, "true").ok();
    assert_eq!(
        fs::read_to_string(home.config_file()).unwrap(),
        "[cache.disk]\nsize = \"30G\" # mine\n"
    );
    assert_eq!(out.messages(), [""; 0]);
}

#[test]
fn the_config_file_is_not_written_by_default() {
    let home = Home::new();
    let consumer = shell(&home, "cacheSize = \"24G\";");
    let out = consumer.run(&home, Entry::Develop, "true").ok();
    assert!(!home.config_file().exists());
    assert!(
        out.stderr().contains("config-missing") && out.stderr().contains("sccache-shell init"),
        "{out}"
    );
}

#[test]
fn ignored_checks_are_not_reported() {
    let home = Home::new();
    let consumer = shell(&home, "check.ignore = [ \"config-missing\" ];");
    let out = consumer.run(&home, Entry::Develop, "true").ok();
    assert_eq!(out.messages(), [""; 0]);
}

#[test]
fn wrong_values_are_refused() {
    // The cases, with the expected error of each, are in tests/nix/option-errors.
    let out = Output::of(&mut Command::new(machine::tree().join("tests/eval-options"))).ok();
    assert!(out.stdout().ends_with(" passed, 0 failed\n"), "{out}");
}
