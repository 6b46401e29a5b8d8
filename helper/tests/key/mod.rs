//! What decides a cache key.

pub(crate) mod nix_env;
