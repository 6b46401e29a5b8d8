//! Each check: its cause is created with the real sccache and cargo, the effect is observed, the finding is compared,
//! and without the cause there is none.

mod cache;
mod config;
pub(crate) mod fixes;
mod healthy;
mod incremental;
mod keys;
mod modes;
mod sccache;
mod server;
mod stats;
mod tmpdir;
mod worktrees;
mod wrapper;

use crate::support::Sandbox;

/// Whether a library that was compiled with the first variables is a hit with the second ones.
fn shares(sandbox: &Sandbox, wrapped: bool, first: &[(&str, &str)], second: &[(&str, &str)]) -> bool {
    let rustc = sandbox.rustc();
    let mut before = 0;
    for vars in [first, second] {
        before = sandbox.hits();
        let mut command = if wrapped { sandbox.wrapper() } else { sandbox.sccache() };
        command.env_remove("CARGO_INCREMENTAL").envs(vars.iter().copied());
        sandbox.compile_library(command, &rustc, "pub fn l() {}\n", "project/target/debug/deps", &[]);
    }
    sandbox.hits() > before
}
