//! A call of a C compiler in the largest possible Nix shell: every variable that nixpkgs' wrappers read, with every
//! suffix.

use std::fs;
use std::path::Path;
use std::process::Command;

use sccache_shell_e2e::machine;

/// The page whose table is generated from the wrapper's.
const PAGE: &str = "docs/compiler-wrappers.md";
const SUFFIXES: [&str; 4] = ["", "_FOR_BUILD", "_FOR_TARGET", "_x86_64_unknown_linux_gnu"];

/// Inputs of a large shell; each is a directory for headers in the flags.
const INPUTS: usize = 60;

/// `program cc -c …` with all of them set.
pub(crate) fn compile(program: &Path) -> Command {
    let flags: Vec<String> = (0..INPUTS)
        .map(|number| format!("-isystem /nix/store/0c0a1b2c3d4f5g6h7i8j9k0l1m2n3p4q-input-{number}-1.2.3-dev/include"))
        .collect();
    let flags = format!("-frandom-seed=0c0a1b2c3d {}", flags.join(" "));
    let mut command = Command::new(program);
    command.args(["cc", "-O2", "-c", "src/itoa.c", "-o", "target/debug/build/itoa.o"]);
    for name in names() {
        let value = match name.as_str() {
            "NIX_CFLAGS_COMPILE" | "NIX_RUSTFLAGS" => flags.as_str(),
            // An unusable one would be replaced, which has its own cost.
            "TMPDIR" => "/var/tmp",
            _ => "1",
        };
        for suffix in SUFFIXES {
            command.env(format!("{name}{suffix}"), value);
        }
    }
    command
}

/// The first column of the page's table.
fn names() -> Vec<String> {
    let page = fs::read_to_string(machine::tree().join(PAGE)).expect("the page is in the tree");
    let name = |line: &str| Some(line.strip_prefix("| `")?.split('`').next()?.to_owned());
    let names: Vec<String> = page.lines().filter_map(name).collect();
    assert!(names.len() > 20, "the table of {PAGE} has another form: {names:?}");
    names
}
