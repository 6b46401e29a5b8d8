//! The temporary directories of the shell and of the server.

use std::path::PathBuf;

use super::fixes::{export, stop_server};
use crate::environment::names;
use crate::facts::Facts;
use crate::facts::process::Process;
use crate::finding::{Problem, Severity, quote};
use crate::tmp_dir::{self, Fault};

checks! {
    server_tmpdir_gone: Error, BrokenBuilds;
    server_tmpdir_ephemeral: Warning, BrokenBuilds;
    tmpdir_unusable: Error, BrokenBuilds;
}

/// The running server, if it is known whether its TMPDIR exists.
fn server(facts: &Facts, tmpdir_exists: bool) -> Option<(&Process, PathBuf)> {
    let server = facts.server.process()?;
    let dir = server.tmpdir()?;
    (server.tmpdir_exists == Some(tmpdir_exists)).then_some((server, dir))
}

fn server_tmpdir_gone(facts: &Facts) -> Option<Problem> {
    let (server, dir) = server(facts, false)?;
    let what = format!(
        "the running sccache server (pid {}) uses TMPDIR {}, which was deleted: every compile fails until the server is restarted",
        server.pid,
        dir.display()
    );
    Some(Problem::new(what, stop_server()))
}

fn server_tmpdir_ephemeral(facts: &Facts) -> Option<Problem> {
    let (server, dir) = server(facts, true)?;
    let is_in_worktree = || facts.worktree_to_itself().is_some_and(|root| dir.starts_with(root));
    let why = if tmp_dir::is_ephemeral(&dir) {
        "vanishes with its Nix shell"
    } else if is_in_worktree() {
        "vanishes with this worktree"
    } else {
        return None;
    };
    let what = format!(
        "the running sccache server (pid {}) uses TMPDIR {}, which {why}: every compile will fail then",
        server.pid,
        dir.display()
    );
    Some(Problem::new(what, stop_server()))
}

fn tmpdir_unusable(facts: &Facts) -> Option<Problem> {
    let fault = facts.shell.tmpdir_fault.filter(|fault| *fault != Fault::Ephemeral)?;
    let dir = facts.shell.env.text("TMPDIR").unwrap_or_default();
    let good = facts.shell.env.text(names::TMPDIR);
    let fix = export("TMPDIR", quote(good.as_deref().unwrap_or("/var/tmp")));
    let problem = if facts.wrapper_is_ours() {
        let what = format!("TMPDIR `{dir}` {fault}; our wrapper gives sccache a different one");
        Problem::new(what, fix).at(Severity::Info)
    } else {
        Problem::new(format!("TMPDIR `{dir}` {fault}: sccache cannot start its server"), fix)
    };
    Some(problem.at_variable("TMPDIR"))
}
