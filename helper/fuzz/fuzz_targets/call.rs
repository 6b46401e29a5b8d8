//! `sccache_shell::invariants::call`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::call(input));
