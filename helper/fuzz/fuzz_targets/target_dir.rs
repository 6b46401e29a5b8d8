//! `sccache_shell::invariants::target_dir`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::target_dir(input));
