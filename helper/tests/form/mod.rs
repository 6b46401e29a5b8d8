//! The normal form.

mod compiler;
pub(crate) mod store;
mod versions;
