//! `sccache_shell::laws::observed`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::observed(input));
