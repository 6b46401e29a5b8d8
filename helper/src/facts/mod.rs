//! All reading of the world outside; a missing thing is a value, never an abort.

pub mod environment;
pub mod real_sccache;
