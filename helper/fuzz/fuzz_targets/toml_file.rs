//! `sccache_shell::invariants::toml_file`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::toml_file(input));
