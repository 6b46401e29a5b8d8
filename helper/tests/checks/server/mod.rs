//! The server: its address, its process, its settings, and others that use the same cache.

pub(crate) mod address;
pub(crate) mod process;
mod settings;
pub(crate) mod shared_cache_dir;
