//! The variables in cache keys: cargo's, and those that nixpkgs' compiler wrappers read.

pub mod cargo_env;
pub mod nix_env;
