//! The normal form.

mod compiler;
mod shell;
pub(crate) mod store;
mod versions;
