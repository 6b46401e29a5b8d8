//! The pages match the code: the checks, the commands, the rules of the wrapper. Every link of a page leads somewhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod checks;
mod commands;
mod links;
#[path = "../common/page.rs"]
mod page;
mod rules;
