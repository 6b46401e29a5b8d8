//! What decides a cache key besides the sources: cargo's variables, and those that nixpkgs' compiler wrappers read.

pub mod cargo_env;
pub mod nix_env;
