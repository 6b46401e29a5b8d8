//! The cache: its directory, its size, remote storage.

pub(crate) mod directory;
mod remote;
pub(crate) mod size;
