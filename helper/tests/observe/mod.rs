//! Observation of a compile.

#[cfg(target_os = "linux")]
mod runs;
#[cfg(target_os = "linux")]
mod unwatched;
