//! Cargo's files, each read in one place: its configuration and manifests, `Cargo.lock`, the build directory,
//! `.rustc_info.json`, dep-info.

pub mod build_dir;
pub mod config;
pub mod lock_file;

pub use config::{Broken, Cargo};
