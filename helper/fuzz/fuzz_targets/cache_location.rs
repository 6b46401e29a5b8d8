//! `sccache_shell::invariants::cache_location`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::cache_location(input));
