//! What is printed.

mod bug;
mod text;
mod worktrees;
