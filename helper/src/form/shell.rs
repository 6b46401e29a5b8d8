//! Shell variables that a macro may read without telling rustc. Reading the environment is not a system call, but the
//! variable's name is in the macro, or in a source that the macro sees. So those with such a name are in the key, and
//! all if the macro can list them.
//!
//! Not found are names that a macro composes or that come from a `macro_rules!` of a different crate.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use aho_corasick::AhoCorasick;

use super::input::{Input, State};
use super::inspect::Inspection;
use super::parts::{KeyPart, part};
use super::unit::Unit;
use crate::digest::Digest;
use crate::key::cargo_env;

/// How the names of these parts begin. Their values may be secrets.
pub(super) const PREFIX: &str = "shell ";

/// Different in each session or call, and in every macro because std or a library names them.
const OF_THE_SESSION: &[&str] = &[
    "_",
    "CARGO_BUILD_JOBS",
    "CARGO_LOG",
    "CARGO_MAKEFLAGS",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_RUSTC_CURRENT_DIR",
    "CARGO_SBOM_PATH",
    "COLORTERM",
    "COLUMNS",
    "DISPLAY",
    "HOME",
    "HOST",
    "HOSTNAME",
    "LANG",
    "LD_LIBRARY_PATH",
    "LINES",
    "LOGNAME",
    "MAKEFLAGS",
    "MFLAGS",
    "NIX_BUILD_TOP",
    "OLDPWD",
    "OUT_DIR",
    "PATH",
    "PWD",
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTUP_HOME",
    "RUST_BACKTRACE",
    "RUST_MIN_STACK",
    "SHELL",
    "SHLVL",
    "TEMP",
    "TEMPDIR",
    "TERM",
    "TMP",
    "TMPDIR",
    "USER",
];

/// Set by nixpkgs' stdenv in every shell, different in each project, and words that are in every macro.
const OF_STDENV: &[&str] = &[
    "args", "builder", "name", "out", "outputs", "patches", "phases", "pname", "shell", "src", "stdenv", "system",
    "version",
];

/// The C library's list of all variables, among the symbols that a macro imports. Macros that only read a variable, as
/// std does in each of them, import `getenv`.
const ALL: &[u8] = if cfg!(target_os = "macos") {
    b"_NSGetEnviron\0"
} else {
    b"environ\0"
};

/// The parts of the key for the variables whose names are in the macros that the unit loads, or in its sources.
pub(super) fn parts(unit: &Unit<'_>, inspection: &Inspection) -> io::Result<Vec<KeyPart>> {
    let files = inspection
        .inputs
        .iter()
        .filter(|input| matches!(input.state, State::File(_)));
    let (macros, sources): (Vec<&Input>, Vec<&Input>) = files.partition(|input| is_macro(&input.name));
    if macros.is_empty() {
        return Ok(Vec::new());
    }
    let env = unit.context.env;
    let names: Vec<&OsStr> = env
        .vars()
        .map(|(name, _)| name)
        .filter(|name| may_decide(name))
        .collect();
    let mut found = BTreeSet::new();
    // Macros one by one: other units load them too.
    for files in macros.chunks(1).chain([&sources[..]]) {
        found.extend(named_in(files, &names, unit)?);
    }
    let values = env.vars().filter(|(name, _)| found.contains(*name));
    let value = |value: &OsStr| unit.places.variable(value).into_encoded_bytes();
    Ok(values
        .map(|(name, text)| part([PREFIX.as_bytes(), name.as_bytes()].concat(), value(text)))
        .collect())
}

fn is_macro(name: &OsStr) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|end| end == std::env::consts::DLL_EXTENSION)
}

fn may_decide(name: &OsStr) -> bool {
    let text = name.to_string_lossy();
    // The others of cargo's are in the key of all that loads macros.
    let is_cargos = text.starts_with("CARGO_") && !cargo_env::is_setting(&text);
    let of_tools = ["CARGO_TERM_", "DIRENV_", "SCCACHE_"];
    let mut others = OF_THE_SESSION.iter().chain(OF_STDENV);
    !text.is_empty()
        && !is_cargos
        && !of_tools.iter().any(|tool| text.starts_with(tool))
        && !others.any(|own| name == *own)
}

/// Which names are in the files, or all of them. Remembered by the files' content.
fn named_in(files: &[&Input], names: &[&OsStr], unit: &Unit<'_>) -> io::Result<BTreeSet<OsString>> {
    let store = unit.context.store;
    let mut id = Digest::new("named or listed");
    for name in names {
        id.field(name.as_bytes());
    }
    for file in files {
        id.field(file.state.text().as_bytes());
    }
    let id = id.hex();
    if let Some(found) = store.get("named", &id) {
        return Ok(found);
    }
    let bytes = names.iter().map(|name| name.as_bytes());
    let search = AhoCorasick::new(bytes.chain([ALL])).map_err(io::Error::other)?;
    let mut found = BTreeSet::new();
    for path in files.iter().filter_map(|file| unit.places.path(&file.name)) {
        let content = fs::read(path)?;
        // Overlapping: one name may be the end of the next.
        for at in search.find_overlapping_iter(&content) {
            match names.get(at.pattern().as_usize()) {
                Some(&name) => drop(found.insert(name.to_owned())),
                None => found.extend(names.iter().map(|&name| name.to_owned())),
            }
        }
    }
    // A file that was saved meanwhile has a different content than the id says.
    if files.iter().all(|file| file.holds(&unit.places, unit.context.contents)) {
        let _ = store.put("named", &id, &found);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_decide() {
        for name in ["DATABASE_URL", "http_proxy", "CC", "x", "CARGO_TARGET_DIR"] {
            assert!(may_decide(OsStr::new(name)), "{name}");
        }
        for name in ["HOME", "name", "CARGO_PKG_NAME", "DIRENV_DIFF", "SCCACHE_DIR", ""] {
            assert!(!may_decide(OsStr::new(name)), "{name}");
        }
    }
}
