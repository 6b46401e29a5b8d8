//! The helper of sccache-shell, in layers: each module may use those above it.

// Basics: paths, sizes, versions, files, the environment, escaping.
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

// Cargo's and git's files, the variables in keys, a rustc call, observing a process.
pub mod cargo;
pub mod git;
pub(crate) mod invocation;
pub mod key;
pub mod observe;

// The normal form, and its two ends.
pub(crate) mod form;
pub mod shim;
pub mod wrapper;

// Facts, checks, the config file, output, and the command line.
pub mod facts;

pub mod finding;

pub mod checks;

pub mod config_edit;

pub mod report;

pub mod cli;

#[cfg(any(test, fuzzing))]
pub mod invariants;
