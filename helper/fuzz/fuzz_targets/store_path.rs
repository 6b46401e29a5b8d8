//! `sccache_shell::laws::store_path`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::store_path(input));
