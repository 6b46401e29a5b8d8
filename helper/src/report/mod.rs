//! The only place that prints.

mod bug;
mod fill;
mod json;
#[cfg(any(test, fuzzing))]
pub(crate) mod law;
mod overview;
mod progress;
mod stats;
mod text;
mod warm;
mod worktrees;

pub use bug::report as bug;
pub use fill::terminal_width;
pub use json::findings as json;
pub use progress::Progress;
pub use stats::{Stats, json as stats_json, text as stats};
pub use text::{checks, explanation, findings, quiet, timings};
pub use warm::warmed;
