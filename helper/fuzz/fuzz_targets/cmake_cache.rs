//! `sccache_shell::laws::cmake_cache`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::cmake_cache(input));
