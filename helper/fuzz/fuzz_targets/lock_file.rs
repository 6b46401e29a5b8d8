//! `sccache_shell::invariants::lock_file`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::lock_file(input));
