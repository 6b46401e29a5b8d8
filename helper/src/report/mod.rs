//! The only place that prints.

mod json;
mod progress;
mod stats;
mod text;
mod warm;

pub use json::findings as json;
pub use progress::Progress;
pub use stats::{Stats, json as stats_json, text as stats};
pub use text::{checks, explanation, findings, quiet};
pub use warm::warmed;
