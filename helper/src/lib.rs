//! The helper of sccache-shell, from the ground up: each module may use what stands above it here.

// Small things: paths, sizes, versions, files, the environment, how anything is printed.
pub mod digest;
pub mod environment;
pub mod escape;
pub mod origin;
pub mod own_dir;
pub mod read;
pub mod real_sccache;
pub mod reasons;
pub mod redact;
pub(crate) mod signals;
pub mod size;
pub mod store_path;
pub mod tmp_dir;
pub mod toml_file;
pub mod version;
pub mod why;

// What cargo, rustc and sccache know: cargo's files and git's, what decides a key, a rustc call, what a process is seen to read.
pub mod cargo;
pub mod git;
pub(crate) mod invocation;
pub mod key;
pub mod observe;

// The normal form, and its two ends.
pub(crate) mod form;
pub mod shim;
pub mod wrapper;

// Reading, judging, editing, printing, and the command line.
pub mod facts;

pub mod finding;

pub mod checks;

pub mod config_edit;

pub mod report;

pub mod cli;

#[cfg(any(test, fuzzing))]
pub mod invariants;
