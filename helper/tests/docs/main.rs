//! What people read is what the code says: the page and the README's table of the checks, the page of the commands; and every
//! link of a page leads somewhere.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod checks;
mod commands;
mod links;
#[path = "../common/page.rs"]
mod page;
mod rules;
