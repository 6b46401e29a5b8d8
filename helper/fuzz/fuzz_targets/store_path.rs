//! `sccache_shell::invariants::store_path`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::store_path(input));
