//! `sccache_shell::invariants::reasons`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::reasons(input));
