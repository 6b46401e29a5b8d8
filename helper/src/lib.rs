//! The helper of sccache-shell. From the ground up; each module may use what stands above it here: cargo's variables,
//! digests, the environment, reading of files, sccache's reasons, secrets, sizes, store paths, temporary directories,
//! TOML files and versions; cargo's files; facts (all reading); what nixpkgs' compiler wrappers read; a rustc call;
//! what a process is seen to read; the normal form, its two ends, the shim and the wrapper; findings; checks (all
//! judging); edits of the config file; the report (all printing); the command line.

pub mod cargo_env;
pub mod digest;
pub mod environment;
pub mod escape;
pub mod origin;
pub mod own_dir;
pub mod read;
pub mod reasons;
pub mod redact;
pub mod size;
pub mod store_path;
pub mod tmp_dir;
pub mod toml_file;
pub mod version;
pub mod why;

pub mod cargo;

pub mod facts;
pub mod nix_env;

pub(crate) mod invocation;
pub(crate) mod signals;

pub(crate) mod observe;

pub(crate) mod form;

pub mod shim;

pub mod finding;

pub mod checks;

pub mod config_edit;

pub mod wrapper;

pub mod report;

pub mod cli;

#[cfg(any(test, fuzzing))]
pub mod invariants;
