//! `sccache_shell::invariants::nix_env`
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sccache_shell::invariants::nix_env(input));
