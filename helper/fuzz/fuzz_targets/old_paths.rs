//! `sccache_shell::laws::old_paths`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::old_paths(input));
