//! The running server's statistics: hits, calls that were not looked up and why, and the server. Here as plain data and
//! as JSON; as text in `text`.

mod text;

use serde::Serialize;

use crate::cargo::build_dir;
use crate::facts::Facts;
use crate::facts::answer::{self, Answer, PerLanguage};
use crate::reasons;
use crate::redact;
use crate::why::Rule;

pub(crate) use text::duration;
pub use text::text;

/// Increased with every change that could break a reader.
const SCHEMA: u32 = 1;

/// The statistics.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    schema: u32,
    /// The running server; null if there is none.
    server: Option<Server>,
    /// Why the server does not answer.
    no_answer: Option<String>,
    cache: Cache,
    languages: Vec<Language>,
    calls: Calls,
    /// The most frequent first.
    not_cached: Vec<NotCached>,
    errors: Errors,
    /// Why crates were not shared, the most frequent rule first.
    not_shared: Vec<NotShared>,
    /// The incremental compilation directories of this workspace.
    incremental: Vec<Incremental>,
}

/// The incremental compilation directory of a profile.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Incremental {
    dir: String,
    bytes: u64,
}

/// How many units a rule kept from being shared when they were last compiled.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct NotShared {
    rule: &'static str,
    treatment: &'static str,
    when: &'static str,
    count: usize,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Server {
    address: String,
    pid: Option<u32>,
    age_seconds: Option<u64>,
    version: Option<String>,
    tmpdir: Option<String>,
}

/// The cache of the running server, else of the next one.
#[derive(Debug, Clone, PartialEq, Serialize)]
struct Cache {
    location: Option<String>,
    used: Option<u64>,
    limit: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Language {
    name: String,
    hits: u64,
    misses: u64,
    errors: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Calls {
    all: u64,
    looked_up: u64,
    not_cacheable: u64,
    not_compiles: u64,
    unsupported_compiler: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct NotCached {
    reason: String,
    words: &'static str,
    kind: &'static str,
    count: u64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Errors {
    writes: u64,
    reads: u64,
    timeouts: u64,
    lookups: u64,
}

impl Stats {
    /// The statistics by these facts and by the wrapper's history: how many units each rule applied to.
    pub fn of(facts: &Facts, refusals: &[(Rule, usize)]) -> Self {
        let not_shared = refusals.iter().map(|(rule, count)| NotShared {
            rule: rule.id(),
            treatment: rule.treatment().name(),
            when: rule.when(),
            count: *count,
        });
        let build_dir = facts.cargo.settings.units_dir();
        let incremental = build_dir
            .map(|dir| build_dir::incremental(&dir.value))
            .unwrap_or_default();
        let incremental = incremental.into_iter().map(|(dir, bytes)| Incremental {
            dir: dir.to_string_lossy().into_owned(),
            bytes,
        });
        let running = facts.server.running();
        let none = Answer::default();
        let stats = &running.unwrap_or(&none).stats;
        let place = running.or(facts.sccache.planned());
        Self {
            schema: SCHEMA,
            server: running.map(|running| server(facts, running)),
            no_answer: no_answer(facts),
            cache: Cache {
                location: place.and_then(location),
                used: place.and_then(|place| place.cache_size),
                limit: place.and_then(|place| place.max_cache_size),
            },
            languages: languages([&stats.cache_hits, &stats.cache_misses, &stats.cache_errors]),
            calls: Calls {
                all: stats.compile_requests,
                looked_up: stats.requests_executed,
                not_cacheable: stats.requests_not_cacheable,
                not_compiles: stats.requests_not_compile,
                unsupported_compiler: stats.requests_unsupported_compiler,
            },
            not_cached: not_cached(stats.not_cached.iter()),
            errors: Errors {
                writes: stats.cache_write_errors,
                reads: stats.cache_read_errors,
                timeouts: stats.cache_timeouts,
                lookups: stats.cache_errors.total(),
            },
            not_shared: not_shared.collect(),
            incremental: incremental.collect(),
        }
    }
}

fn no_answer(facts: &Facts) -> Option<String> {
    match &facts.server.running {
        Some(Ok(_)) => None,
        Some(Err(why)) => Some(why.to_string()),
        None => facts
            .server
            .listener
            .is_some()
            .then(|| "it could not be queried".to_owned()),
    }
}

fn server(facts: &Facts, running: &Answer) -> Server {
    let process = facts.server.process();
    Server {
        address: facts.server.address.to_string(),
        pid: process.map(|process| process.pid),
        age_seconds: process
            .and_then(|process| process.started?.elapsed().ok())
            .map(|age| age.as_secs()),
        version: running.version.clone(),
        tmpdir: process.and_then(|process| Some(process.tmpdir()?.display().to_string())),
    }
}

/// The cache's location, without user names and passwords.
fn location(answer: &Answer) -> Option<String> {
    if let Some(dir) = answer.cache_dir() {
        return Some(dir.display().to_string());
    }
    answer.cache_location.as_deref().map(redact::without_users)
}

fn languages([hits, misses, errors]: [&PerLanguage; 3]) -> Vec<Language> {
    let language = |name: &String| Language {
        name: name.clone(),
        hits: hits.of(name),
        misses: misses.of(name),
        errors: errors.of(name),
    };
    let names = answer::languages([hits, misses, errors]);
    let mut all: Vec<Language> = names.into_iter().map(language).collect();
    all.sort_by_key(|language| std::cmp::Reverse(language.hits + language.misses));
    all
}

fn not_cached<'a>(reasons: impl Iterator<Item = (&'a String, &'a u64)>) -> Vec<NotCached> {
    let explained = |(key, count): (&String, &u64)| {
        let reason = reasons::explain(key);
        NotCached {
            reason: key.clone(),
            words: reason.words,
            kind: reason.kind.name(),
            count: *count,
        }
    };
    let mut all: Vec<NotCached> = reasons.map(explained).collect();
    all.sort_by_key(|reason| std::cmp::Reverse(reason.count));
    all
}

/// For programs.
pub fn json(stats: &Stats) -> String {
    // Plain data with text keys: it cannot fail to serialize.
    crate::escape::json(&serde_json::to_string_pretty(stats).unwrap_or_default()).into_owned()
}
