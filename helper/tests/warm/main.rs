//! `warm` on real cargo builds: what another worktree may have, what it may not, and what happens in between.
//!
//! Each rule has a test in which cargo itself goes wrong without it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod crates;
mod lab;

mod asked;
mod copy_on_write;
mod immutable;
mod interrupted;
mod layouts;
mod old_paths;
mod terminal;
mod there;
mod trouble;
