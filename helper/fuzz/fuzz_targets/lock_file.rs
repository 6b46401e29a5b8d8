//! `sccache_shell::laws::lock_file`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::lock_file(input));
