//! What is in the cache keys, or should be.

mod basedirs;
mod cargo;
mod compiler_wrappers;
mod static_lib;
