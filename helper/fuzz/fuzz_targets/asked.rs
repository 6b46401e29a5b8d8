//! `sccache_shell::laws::asked`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::asked(input));
