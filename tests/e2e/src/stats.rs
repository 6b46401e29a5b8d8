//! sccache's counters, as `sccache --show-stats --stats-format=json` prints them.

use std::ops::Sub;

use serde_json::Value;

/// Hits and misses of one language.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Compiles answered from the cache.
    pub hits: u64,
    /// Compiles done and stored.
    pub misses: u64,
}

impl Counts {
    /// Hits among all lookups, in percent; 0 without lookups.
    pub fn percent(self) -> f64 {
        let all = self.hits + self.misses;
        if all == 0 {
            0.0
        } else {
            self.hits as f64 * 100.0 / all as f64
        }
    }
}

impl Sub for Counts {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            hits: self.hits - before.hits,
            misses: self.misses - before.misses,
        }
    }
}

/// A server's counters and settings at one moment.
#[derive(Clone, Debug)]
pub struct Stats {
    /// Rust.
    pub rust: Counts,
    /// C and C++ together, as sccache counts them.
    pub c: Counts,
    /// Calls that were not looked up, by sccache's reason.
    pub not_cached: Vec<(String, u64)>,
    /// Lookups that ended in an error.
    pub errors: u64,
    /// The size limit, in bytes.
    pub limit: Option<u64>,
    /// The server's version.
    pub version: String,
}

impl Stats {
    /// Reads sccache's JSON.
    ///
    /// # Panics
    /// If it cannot be parsed.
    #[track_caller]
    pub fn parse(json: &str) -> Self {
        let all: Value = serde_json::from_str(json).unwrap_or_else(|error| panic!("{error} in {json:?}"));
        let stats = &all["stats"];
        let of = |language: &str| Counts {
            hits: stats["cache_hits"]["counts"][language].as_u64().unwrap_or(0),
            misses: stats["cache_misses"]["counts"][language].as_u64().unwrap_or(0),
        };
        let counts = |value: &Value| -> Vec<(String, u64)> {
            let map = value.as_object().into_iter().flatten();
            map.map(|(name, count)| (name.clone(), count.as_u64().unwrap_or(0)))
                .collect()
        };
        Self {
            rust: of("Rust"),
            c: of("C/C++"),
            not_cached: counts(&stats["not_cached"]),
            errors: counts(&stats["cache_errors"]["counts"])
                .iter()
                .map(|(_, count)| count)
                .sum(),
            limit: all["max_cache_size"].as_u64(),
            version: all["version"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// The difference to `before`, of the same server.
    pub fn since(&self, before: &Self) -> Self {
        Self {
            rust: self.rust - before.rust,
            c: self.c - before.c,
            errors: self.errors - before.errors,
            ..self.clone()
        }
    }
}
