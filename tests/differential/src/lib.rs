//! The oracle: builds through our wrapper against builds without any cache, and against plain sccache.
//!
//! A case is a text file in `cases/`: a workspace and the one thing in which its two worlds differ ([`case`]). It is
//! built in two git worktrees and a second project ([`lab`]), in the order of [`schedule`], with each cache ([`mode`]);
//! [`judge`] compares what programs and compilers said, byte by byte, and what lies in the target directories.

pub mod artifacts;
pub mod case;
pub mod cases;
pub mod judge;
pub mod lab;
pub mod local_registry;
pub mod manifest;
pub mod mode;
pub mod place;
pub mod report;
pub mod run;
pub mod schedule;
pub mod tools;
pub mod trail;
pub mod truth;
