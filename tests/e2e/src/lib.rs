//! Shared by the end-to-end tests, the differential tests and the benchmarks: a machine with a real Nix, a home
//! directory on it, projects in git worktrees, dev shells, and sccache's own statistics.

pub mod example;
pub mod flake;
pub mod home;
pub mod machine;
pub mod output;
pub mod server;
pub mod stats;
pub mod workspace;
pub mod worktree;
