//! `sccache_shell::laws::socket_tables`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::socket_tables(input));
