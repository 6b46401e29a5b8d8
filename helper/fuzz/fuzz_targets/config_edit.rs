//! `sccache_shell::invariants::config_edit`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::config_edit(input));
