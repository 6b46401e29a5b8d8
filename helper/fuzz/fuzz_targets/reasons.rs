//! `sccache_shell::laws::reasons`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::reasons(input));
