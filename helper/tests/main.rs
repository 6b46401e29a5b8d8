//! Tests of the helper with a real sccache, cargo and git, as one binary. The modules mirror `src`.
//!
//! `cargo nextest` runs each test in a process of its own. Nothing here needs that: what a test changes is in its own
//! sandbox, and variables are set for the programs that it starts, never for the test's own process.

#![allow(clippy::unwrap_used, reason = "an error ends the test")]

mod cargo;
mod checks;
mod cli;
mod docs;
mod facts;
mod form;
mod key;
mod observe;
mod report;
mod shim;
mod signals;
mod support;
mod wrapper;
