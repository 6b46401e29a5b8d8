//! `sccache_shell::invariants::mounts`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::mounts(input));
