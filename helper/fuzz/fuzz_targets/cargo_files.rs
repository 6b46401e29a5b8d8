//! `sccache_shell::invariants::cargo_files`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::cargo_files(input));
