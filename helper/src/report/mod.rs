//! Everything that is printed, as text.

mod bug;
mod fill;
#[cfg(any(test, fuzzing))]
pub(crate) mod invariants;
mod json;
mod overview;
mod stats;
mod text;
mod worktrees;

pub use bug::report as bug;
pub use fill::terminal_width;
pub use json::findings as json;
pub(crate) use stats::duration;
pub use stats::{Stats, json as stats_json, text as stats};
pub(crate) use text::clean;
pub use text::{checks, explanation, findings, quiet, timings};
