//! `docs/compiler-wrappers.md`: its table is that of the code, and its reproductions print what it says.

use std::fs;
use std::path::Path;

use sccache_shell::key::nix_env::{self, Names, Row, When};

use super::shell::{SALT, Shell};
use crate::support::{older_sccache, page, real_sccache};

const PAGE: &str = "docs/compiler-wrappers.md";

fn table() -> String {
    let line = |row: &Row| {
        let names = match row.names {
            Names::Exact => "",
            Names::Salted => "only with a salt",
            Names::Roles => "also with role or salt",
        };
        let when = match row.when {
            When::Set => "yes",
            When::InNix => "yes; the bare name where a wrapper of nixpkgs has a role",
            When::UnderPurity => "where NIX_ENFORCE_PURITY is 1",
            When::Never => "no",
        };
        format!("| `{}` | {names} | {when} | {} |\n", row.name, row.why)
    };
    let rows: String = nix_env::C.iter().chain(nix_env::RUST).map(line).collect();
    format!("| variable | | in the key | what it does, or why it is left out |\n|---|---|---|---|\n{rows}")
}

#[test]
fn the_table_is_that_of_the_code() {
    page::compare(PAGE, "the table", &table(), "the_table_is_that_of_the_code");
}

/// The page's blocks of one language, in order.
fn blocks(language: &str) -> Vec<String> {
    let page = fs::read_to_string(page::path(PAGE)).unwrap();
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1);
    blocks
        .map(|rest| rest.split("```\n").next().unwrap().to_owned())
        .collect()
}

/// Runs a script of the page, unchanged, with plain sccache first on PATH.
fn run(shell: &mut Shell, script: &str) -> String {
    run_with(shell, &real_sccache(), script)
}

fn run_with(shell: &mut Shell, real: &Path, script: &str) -> String {
    // `cc` is the wrapped one: the first script takes it for any compiler, the second for nixpkgs'.
    let compilers = shell.sandbox.path("bin");
    shell
        .sandbox
        .prepend_to_path(&compilers)
        .prepend_to_path(real.parent().unwrap());
    shell
        .sandbox
        .run("project", "sh", &["-euc", &format!("{script}\ntrue")])
}

#[test]
fn the_reproduction_prints_what_the_page_says() {
    for sccache in [Some(real_sccache()), older_sccache("0.17")].into_iter().flatten() {
        let printed = run_with(&mut Shell::new(), &sccache, &blocks("sh")[0]);
        assert_eq!(printed, blocks("text")[0], "{}", sccache.display());
    }
}

#[test]
fn the_reproduction_for_nixpkgs() {
    let mut shell = Shell::new();
    shell
        .sandbox
        .set(format!("NIX_CC_WRAPPER_TARGET_HOST_{SALT}"), "1")
        .set("NIX_CFLAGS_COMPILE", "-frandom-seed=0c0a1b2c3d");
    assert_eq!(run(&mut shell, &blocks("sh")[1]), "second.o is first.o\n");
}

#[test]
fn the_reproduction_for_deployment_targets() {
    let script = blocks("sh")[0]
        .replace(
            "exec cc $FLAGS_FROM_OUTSIDE",
            "exec cc -DANSWER=\"${MACOSX_DEPLOYMENT_TARGET%%.*}\"",
        )
        .replace("FLAGS_FROM_OUTSIDE=-DANSWER=1", "MACOSX_DEPLOYMENT_TARGET=11.0")
        .replace("FLAGS_FROM_OUTSIDE=-DANSWER=2", "MACOSX_DEPLOYMENT_TARGET=12.0");
    assert!(!script.contains("FLAGS_FROM_OUTSIDE"));
    assert_eq!(run(&mut Shell::new(), &script), blocks("text")[0]);
}
