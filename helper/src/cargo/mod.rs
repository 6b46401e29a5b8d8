//! Cargo's files, with one reader each: configuration and manifests, `Cargo.lock`, the build directory,
//! `.rustc_info.json`, dep-info.

pub mod build_dir;
pub mod config;
pub mod dep_info;
pub mod lock_file;
pub mod rustc_info;

pub use config::{Broken, Cargo};
