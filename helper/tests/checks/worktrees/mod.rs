//! What worktrees share by mistake, and what they could share.

mod sharing;
mod target_dir;
