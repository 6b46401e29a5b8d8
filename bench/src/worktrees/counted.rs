//! Hits and misses, by language, and the names of what missed: from sccache's counters and its server's log, or from
//! kache's log of events.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use sccache_shell_e2e::home::Home;
use sccache_shell_e2e::stats::Counts;
use serde_json::Value;

/// Where a contender's counters are.
pub(crate) enum Counter {
    None,
    Sccache { log: PathBuf },
    Kache { events: PathBuf },
}

/// The counters at one moment, or the difference between two.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) rust: Counts,
    pub(crate) c: Counts,
    /// Crates and object files that missed, in the order of their misses.
    pub(crate) missed: Vec<String>,
}

impl Counter {
    pub(crate) fn read(&self, home: &Home) -> Counted {
        match self {
            Self::None => Counted::default(),
            Self::Sccache { log } => {
                let stats = home.stats();
                let log = fs::read(log).unwrap_or_default();
                Counted {
                    rust: stats.rust,
                    c: stats.c,
                    missed: String::from_utf8_lossy(&log)
                        .lines()
                        .filter_map(missed_in_log)
                        .collect(),
                }
            }
            Self::Kache { events } => kache(&fs::read_to_string(events).unwrap_or_default()),
        }
    }
}

/// `… [serde_core]: Compiled in 0.300 s, storing in cache`. A miss that did not compile, such as a build
/// script's probe of the compiler, is not counted as a miss by sccache either.
fn missed_in_log(line: &str) -> Option<String> {
    let (before, after) = line.split_once("]: Compiled in ")?;
    let (_, name) = before.rsplit_once('[')?;
    after.ends_with(", storing in cache").then(|| name.to_owned())
}

fn kache(events: &str) -> Counted {
    let mut counted = Counted::default();
    for event in events
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
    {
        let name = event["crate_name"].as_str().unwrap_or_default().to_owned();
        let result = event["result"].as_str().unwrap_or_default();
        // A C compile is named by its source file; no crate has a dot in its name.
        let counts = if name.contains('.') {
            &mut counted.c
        } else {
            &mut counted.rust
        };
        if result.ends_with("hit") {
            counts.hits += 1;
        } else if result == "miss" || result == "dup" {
            counts.misses += 1;
            counted.missed.push(name);
        }
    }
    counted
}

impl Counted {
    /// The difference to `before`.
    pub(crate) fn since(&self, before: &Self) -> Self {
        Self {
            rust: self.rust - before.rust,
            c: self.c - before.c,
            missed: self.missed[before.missed.len()..].to_vec(),
        }
    }

    /// The names that missed, without the members of the workspaces.
    pub(crate) fn missed_outside(&self, members: &[String]) -> BTreeSet<String> {
        let own: Vec<String> = members.iter().map(|member| member.replace('-', "_")).collect();
        self.missed.iter().filter(|name| !own.contains(name)).cloned().collect()
    }
}
