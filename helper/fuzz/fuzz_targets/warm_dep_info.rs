//! `sccache_shell::laws::warm_dep_info`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::warm_dep_info(input));
