//! `sccache_shell::invariants::socket_tables`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::socket_tables(input));
