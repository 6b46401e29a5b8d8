//! The status lines above the findings of `check` and of a bug report.

use super::worktrees;
use crate::environment::names;
use crate::facts::Facts;
use crate::facts::answer::{Answer, languages};
use crate::size::Size;

/// A label and a value; a row without a label continues the one above. Unknown values are left out.
pub(super) type Row = (&'static str, String);

/// sccache, wrapper, server, cache, hits, then for each workspace its worktrees.
pub(super) fn rows(projects: &[Facts]) -> Vec<Row> {
    let Some(facts) = projects.first() else {
        return Vec::new();
    };
    let rows = [
        ("sccache", sccache(facts)),
        ("wrapper", wrapper(facts)),
        ("variables", variables(facts)),
        ("server", Some(server(facts))),
        ("cache", cache(facts)),
        ("hits", facts.server.running().and_then(hits)),
    ];
    let rows = rows.into_iter().filter_map(|(label, value)| Some((label, value?)));
    let is_one_here = projects.len() == 1 && !facts.repository.is_elsewhere;
    let of_project = |facts| {
        let name = project(facts).filter(|_| !is_one_here);
        name.map(|name| ("project", name))
            .into_iter()
            .chain(worktrees::rows(facts))
    };
    rows.chain(projects.iter().flat_map(of_project)).collect()
}

/// The workspace, relative to the repository's root.
fn project(facts: &Facts) -> Option<String> {
    let root = facts.cargo.settings.root()?;
    let top = facts.repository.git.as_ref().map(|repository| &repository.root);
    let inside = top.and_then(|top| root.strip_prefix(top).ok()).unwrap_or(root);
    let name = inside.display().to_string();
    Some(if name.is_empty() { ".".to_owned() } else { name })
}

fn sccache(facts: &Facts) -> Option<String> {
    let program = facts.sccache.program.as_ref()?.display();
    let version = facts.sccache.planned().and_then(Answer::version);
    let version = version.or(facts.sccache.broken_version);
    Some(version.map_or_else(|| program.to_string(), |version| format!("{version}, {program}")))
}

fn wrapper(facts: &Facts) -> Option<String> {
    let wrapper = facts.cargo.settings.wrapper.as_ref();
    let wrapper = wrapper.filter(|wrapper| !wrapper.value.as_os_str().is_empty())?;
    let what = if facts.wrapper_is_ours() {
        "sccache-shell's".to_owned()
    } else {
        wrapper.value.display().to_string()
    };
    let off = if facts.is_switched_off() {
        format!(", switched off by {}", names::SWITCH)
    } else {
        String::new()
    };
    Some(format!("{what}, by {}{off}", wrapper.origin))
}

/// The variables of cargo's `[env]`, which no shell shows; only the names, since a value may be a token.
fn variables(facts: &Facts) -> Option<String> {
    let given = facts.shell.env.all_given();
    let shown = given.filter(|(name, ..)| name.as_encoded_bytes().starts_with(b"SCCACHE_"));
    let shown: Vec<String> = shown
        .map(|(name, _, given)| format!("{} ({})", name.to_string_lossy(), given.origin))
        .collect();
    (!shown.is_empty()).then(|| format!("cargo gives each compile {}", shown.join(", ")))
}

fn server(facts: &Facts) -> String {
    let Some(server) = facts.server.process() else {
        return match &facts.server.listener {
            Some(_) => format!("unknown, something listens at {}", facts.server.address),
            None => format!("none at {}; the first compile starts one", facts.server.address),
        };
    };
    let version = facts.server.running().and_then(Answer::version);
    let version = version.or(facts.server.silent_version);
    let version = version.map_or_else(String::new, |version| format!(", version {version}"));
    format!("pid {} at {}{version}", server.pid, facts.server.address)
}

fn cache(facts: &Facts) -> Option<String> {
    let answer = facts.server.running().or(facts.sccache.planned())?;
    let limit = answer.max_size();
    let limit = limit.map_or_else(String::new, |limit| format!(" of {limit}"));
    let used = answer.cache_size.map(Size).or_else(|| facts.cache_used());
    let size = used.map_or_else(String::new, |used| format!(", {used}{limit}"));
    let place = match answer.cache_dir() {
        Some(dir) => dir.display().to_string(),
        None => {
            let remote = facts.sccache.remote.as_ref()?;
            format!("{} cache, by {}", remote.kind, remote.origin)
        }
    };
    Some(place + &size)
}

/// A language of which almost nothing was a hit.
pub(super) fn without_hits(facts: &Facts) -> Option<String> {
    let running = facts.server.running()?;
    rates(running)
        .into_iter()
        .find(|(_, rate, _)| *rate == 0)
        .map(|(language, ..)| language)
}

fn hits(running: &Answer) -> Option<String> {
    let shown = |(language, rate, count)| format!("{language} {rate} % ({count})");
    let rates: Vec<String> = rates(running).into_iter().map(shown).collect();
    (!rates.is_empty()).then(|| rates.join(", "))
}

/// The share of hits in each language, in per cent, and their number.
fn rates(running: &Answer) -> Vec<(String, u64, String)> {
    let (hits, misses) = (&running.stats.cache_hits, &running.stats.cache_misses);
    let rate = |language: &String| {
        let hits = hits.of(language);
        let all = hits + misses.of(language);
        (all > 0).then(|| (language.clone(), hits * 100 / all, format!("{hits} of {all}")))
    };
    languages([hits, misses]).into_iter().filter_map(rate).collect()
}
