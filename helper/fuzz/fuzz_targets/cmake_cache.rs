//! `sccache_shell::invariants::cmake_cache`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::cmake_cache(input));
