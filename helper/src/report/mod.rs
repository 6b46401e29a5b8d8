//! The only place that prints.

mod json;
mod text;

pub use json::findings as json;
pub use text::{checks, explanation, findings, quiet};
