//! The helper of sccache-shell. From the ground up; each module may use what stands above it here:
//! sizes, store paths and temporary directories; facts (all reading); findings; checks (all judging);
//! the wrapper; the command line.

pub mod facts;
pub mod finding;
pub mod size;
pub mod store_path;
pub mod tmp_dir;
pub mod wrapper;
