//! The invariants of each parser, which must hold for any input. They are defined next to the parsers, whose property
//! tests check them too; this is the list of them for the fuzzer (`fuzz/`).

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use crate::cargo::{self, Cargo};
use crate::environment::Environment;
use crate::facts::disk_table;
use crate::facts::listener::Address;
use crate::facts::{self, cmake, remote, units};
use crate::key::nix_env;
use crate::toml_file;
use crate::wrapper::call;
use crate::{config_edit, finding, git, reasons, report, size, store_path, version};

/// Any bytes as text; other bytes are passed over by reading, before anything is parsed.
fn text(input: &[u8]) -> &str {
    std::str::from_utf8(input).unwrap_or_default()
}

/// The input in pieces, as many as are wanted; zero bytes divide it.
fn pieces<const N: usize>(input: &[u8]) -> [&[u8]; N] {
    let mut pieces = input.splitn(N, |byte| *byte == 0);
    std::array::from_fn(|_| pieces.next().unwrap_or_default())
}

fn words(input: &[u8]) -> Vec<OsString> {
    let words = input.split(|byte| *byte == 0);
    words.map(|word| OsStr::from_bytes(word).to_owned()).collect()
}

fn in_a_directory(ask: impl Fn(&Path)) {
    if let Ok(dir) = tempfile::tempdir() {
        ask(dir.path());
    }
}

/// Settings that variables alone decide.
fn settings_are_read(env: &Environment) {
    let address = Address::of(env);
    assert!(!address.to_string().is_empty() || env.get("SCCACHE_SERVER_UDS").is_some_and(OsStr::is_empty));
    let replaced = disk_table::replaced_by(env);
    assert!(replaced.iter().all(|name| env.get(name).is_some()));
    assert!(!remote::is_in(env) || env.names().any(|name| name.as_encoded_bytes().starts_with(b"SCCACHE_")));
    let cargo = Cargo::read(env);
    assert!(cargo.incremental.origin.is_env() || env.get("CARGO_INCREMENTAL").is_none());
    assert!(cargo.rustflags.iter().all(|flag| !flag.value.is_empty()));
}

/// A function that parses the input, and panics if that violates an invariant.
pub type AssertInvariants = fn(&[u8]);

/// Every parser, by name.
pub const PARSERS: &[(&str, AssertInvariants)] = &[
    ("answer", |input| facts::answer::assert_invariants(input)),
    ("cache_location", |input| {
        facts::answer::location::assert_invariants(input);
    }),
    ("call", |input| call::holds_for(&words(input))),
    ("cargo_files", |input| {
        let [config, manifest] = pieces(input);
        in_a_directory(|dir| cargo::config::assert_invariants(dir, config, manifest));
    }),
    ("cmake_cache", |input| {
        text(input).lines().for_each(cmake::assert_invariants)
    }),
    ("config_edit", |input| {
        config_edit::invariants::assert_invariants(text(input))
    }),
    ("environment", |input| settings_are_read(&Environment::of(words(input)))),
    ("git_files", |input| {
        in_a_directory(|dir| git::assert_invariants(dir, &pieces::<5>(input)));
    }),
    ("judgement", |input| report::invariants::assert_invariants(input)),
    ("lock_file", |input| cargo::lock_file::assert_invariants(text(input))),
    #[cfg(target_os = "linux")]
    ("mounts", |input| {
        facts::cache_dir::file_system::assert_invariants(input)
    }),
    ("nix_env", |input| {
        nix_env::invariants::assert_invariants(&Environment::of(words(input)));
    }),
    #[cfg(target_os = "linux")]
    ("process", |input| facts::process::linux::assert_invariants(input)),
    ("quote", |input| finding::assert_invariants(text(input))),
    ("reasons", |input| reasons::assert_invariants(text(input))),
    ("size", |input| size::assert_invariants(text(input))),
    #[cfg(target_os = "linux")]
    ("socket_tables", |input| {
        facts::listener::linux::assert_invariants(input)
    }),
    ("store_path", |input| store_path::assert_invariants(text(input))),
    ("target_dir", |input| {
        cargo::build_dir::assert_invariants(&String::from_utf8_lossy(input));
        cargo::dep_info::assert_invariants(input);
        cargo::rustc_info::assert_invariants(input);
        units::assert_invariants(input);
    }),
    ("toml_file", |input| toml_file::assert_invariants(text(input))),
    ("version", |input| version::assert_invariants(text(input))),
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The fuzzer starts from the seeds of a parser's directory; it would never read a directory of a different name.
    #[cfg(target_os = "linux")]
    #[test]
    fn every_seed_is_an_input_of_a_parser() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
        let mut count = 0;
        for dir in std::fs::read_dir(seeds).unwrap() {
            let dir = dir.unwrap();
            let (_, assert_invariants) = PARSERS
                .iter()
                .find(|(name, _)| dir.file_name() == *name)
                .unwrap_or_else(|| panic!("there is no parser {}", dir.path().display()));
            for seed in std::fs::read_dir(dir.path()).unwrap() {
                assert_invariants(&std::fs::read(seed.unwrap().path()).unwrap());
                count += 1;
            }
        }
        assert!(count > 10, "{count} seeds");
    }

    proptest! {
        #[test]
        fn any_variables_are_read(
            vars in proptest::collection::vec(
                ("SCCACHE_(SERVER_UDS|SERVER_PORT|DIR|CACHE_SIZE|DIRECT|BUCKET|GHA_ENABLED)|CARGO_(INCREMENTAL|ENCODED_RUSTFLAGS|TARGET_DIR)|RUSTFLAGS|HOME", "[0-9]{0,6}[KG]?|true|1|\\PC{0,9}"), 0..8,
            ),
        ) {
            settings_are_read(&Environment::new(vars, Path::new("/")));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_invariant_is_broken_by_any_bytes(input: Vec<u8>) {
            PARSERS.iter().for_each(|(_, assert_invariants)| assert_invariants(&input));
        }
    }
}
