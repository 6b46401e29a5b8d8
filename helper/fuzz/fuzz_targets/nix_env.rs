//! `sccache_shell::laws::nix_env`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::laws::nix_env(input));
