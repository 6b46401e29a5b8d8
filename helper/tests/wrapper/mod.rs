//! The wrapper.

mod calls;
mod edits;
mod formed;
mod taken_in;
mod trace;
