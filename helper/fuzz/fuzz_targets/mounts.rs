//! `sccache_shell::laws::mounts`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::mounts(input));
