//! `sccache_shell::laws::unit_name`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::unit_name(input));
