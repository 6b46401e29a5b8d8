//! What the end-to-end tests, the demo and the benchmark share: a machine with a real Nix, a person's home on it, projects in
//! git worktrees, dev shells, and what sccache says about itself.

pub mod example;
pub mod flake;
pub mod home;
pub mod machine;
pub mod output;
pub mod server;
pub mod stats;
pub mod workspace;
pub mod worktree;
