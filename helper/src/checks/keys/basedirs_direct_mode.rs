//! Base directories together with preprocessor ("direct") mode return another worktree's object.

use crate::checks::fixes::stop_server;
use crate::checks::origins;
use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::facts::answer::Answer;
use crate::finding::{Finding, Fix, Severity};
use crate::origin::Origin;
use crate::version::Version;

pub(in crate::checks) const CHECK: Check = Check {
    id: "basedirs-direct-mode",
    severity: Severity::Error,
    effect: Effect::WrongResults,
    explanation: include_str!("basedirs_direct_mode.md"),
    run,
};

/// The first sccache that has base directories. No version is known that has mended this.
const FIRST: Version = Version(0, 14, 0);

fn run(facts: &Facts) -> Vec<Finding> {
    let next = facts.sccache.planned().filter(|planned| is_wrong(planned));
    let running = facts.server.running().filter(|running| is_wrong(running));
    let next = next.map(|answer| {
        let origin = origins::basedirs(facts);
        CHECK
            .finding(what("the next sccache server", answer, origin.as_ref()), fix(facts))
            .at_places(origin)
    });
    let running = running.map(|answer| CHECK.finding(what("the running sccache server", answer, None), stop_server()));
    next.into_iter().chain(running).collect()
}

/// Whether a server with these settings can hand out the wrong object.
pub(in crate::checks) fn is_wrong(answer: &Answer) -> bool {
    let is_old = answer.version().is_some_and(|version| version < FIRST);
    !answer.basedirs.is_empty() && answer.use_preprocessor_cache_mode == Some(true) && !is_old
}

fn what(server: &str, answer: &Answer, origin: Option<&Origin>) -> String {
    let by = origin.map(|origin| format!(", by {origin}")).unwrap_or_default();
    format!(
        "{server} has basedirs ({}{by}) together with preprocessor mode: where only a header differs, it returns the other worktree's C object",
        answer.basedirs.join(":")
    )
}

fn fix(facts: &Facts) -> Fix {
    if facts.disk_table_from_env().is_empty() {
        Fix::Run("sccache-shell init --no-preprocessor-mode".to_owned())
    } else {
        // The file's table does not count then.
        Fix::Run("export SCCACHE_DIRECT=false".to_owned())
    }
}
