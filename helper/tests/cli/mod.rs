//! The commands.

mod check;
mod explain_miss;
mod init;
mod side_effects;
mod stats;
