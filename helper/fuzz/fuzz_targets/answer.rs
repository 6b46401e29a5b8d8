//! `sccache_shell::invariants::answer`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::answer(input));
