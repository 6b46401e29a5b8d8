//! `sccache_shell::laws::cache_location`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::cache_location(input));
