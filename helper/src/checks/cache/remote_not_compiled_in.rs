//! A remote cache that this sccache does not know.

use crate::checks::{Check, Effect};
use crate::facts::Facts;
use crate::finding::{Finding, Fix, Severity};

pub(in crate::checks) const CHECK: Check = Check {
    id: "remote-not-compiled-in",
    severity: Severity::Warning,
    effect: Effect::FewerHits,
    explanation: include_str!("remote_not_compiled_in.md"),
    run,
};

fn run(facts: &Facts) -> Vec<Finding> {
    let (Some(remote), Some(planned)) = (&facts.sccache.remote, facts.sccache.planned()) else {
        return Vec::new();
    };
    // It takes the local disk instead, and says so only when asked.
    if planned.cache_dir().is_none() {
        return Vec::new();
    }
    vec![
        CHECK
            .finding(
            format!(
                "{} asks for a {} cache, which this sccache was built without: it silently uses the local disk",
                remote.origin, remote.kind
            ),
            Fix::Do(
                "use an sccache that was built with it (`sccache-shell.package` in the flake), or remove the setting"
                    .to_owned(),
            ),
        )
        .at_places([remote.origin.clone()]),
    ]
}
