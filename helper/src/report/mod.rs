//! The only place that prints.

mod json;
mod progress;
mod text;
mod warm;

pub use json::findings as json;
pub use progress::Progress;
pub use text::{checks, explanation, findings, quiet};
pub use warm::warmed;
