//! The keys of compiles that were not hits, part by part, for `explain-miss`.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::parts::KeyPart;
use super::place;
use super::shell;
use super::store::Store;
use crate::digest::Digest;
use crate::environment::Environment;
use crate::invocation::{Invocation, UnitKind, is_clippy};
use crate::redact;
use crate::why::{Rule, Why};

/// How many records are kept of a unit.
const KEPT: usize = 8;

/// Longer values, in bytes, are compared and not shown.
const MAX_VALUE: usize = 120;

/// One compile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// Milliseconds since 1970.
    pub(crate) time_ms: u64,
    pub(crate) package: String,
    pub(crate) crate_name: String,
    /// `library`, `program`, …; empty if the call was not understood.
    pub(crate) kind: String,
    /// The working directory.
    pub(crate) place: OsString,
    /// Why it was not stored, or is private; `None` for a plain miss.
    pub(crate) why: Option<Why>,
    /// The key, and its parts by name and value. Empty if it did not take the normal form.
    pub(crate) key: String,
    pub(crate) parts: Vec<(String, String)>,
}

impl Record {
    pub(crate) fn new(env: &Environment, crate_name: &str, kind: &str, why: Option<Why>) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            time_ms: u64::try_from(now.as_millis()).unwrap_or(u64::MAX),
            package: env.text("CARGO_PKG_NAME").unwrap_or_default(),
            crate_name: crate_name.to_owned(),
            kind: kind.to_owned(),
            place: env.cwd().as_os_str().to_owned(),
            why,
            key: String::new(),
            parts: Vec::new(),
        }
    }

    /// With the key and its parts; secrets and long values as hashes.
    pub(crate) fn with_key(mut self, key: &str, parts: &[KeyPart]) -> Self {
        key.clone_into(&mut self.key);
        self.parts = parts.iter().map(readable).collect();
        self
    }

    /// Whether `name` is the name of the crate or of its package, with either kind of dash.
    pub(crate) fn is_called(&self, name: &str) -> bool {
        let plain = |text: &str| text.replace('-', "_");
        [&self.package, &self.crate_name]
            .iter()
            .any(|own| plain(own) == plain(name))
    }

    fn dir(&self) -> String {
        let name: String = format!("{}.{}.{}", self.package, self.crate_name, self.kind);
        name.replace(['/', '\0', ' '], "_")
    }
}

fn readable((name, value): &KeyPart) -> (String, String) {
    let name = place::readable(&String::from_utf8_lossy(name));
    let value = place::readable(&String::from_utf8_lossy(value));
    let variable = name.strip_prefix("env-dep ").unwrap_or(&name);
    let is_of_the_shell = name.starts_with(shell::PREFIX);
    let is_private = is_of_the_shell || redact::is_secret_variable(variable) || redact::is_secret(&name, &value);
    if !is_private && value.len() <= MAX_VALUE {
        return (name, value);
    }
    let mut digest = Digest::new("value");
    digest.field(value.as_bytes());
    (name, digest.hex())
}

/// Stores a record. Errors do not matter to the compile.
pub(crate) fn remember(store: &Store, record: &Record) {
    let kind = format!("history/{}", record.dir());
    let _ = store.put(&kind, &record.time_ms.to_string(), record);
    let _ = forget_the_oldest(&store.file(&kind, ""));
}

fn forget_the_oldest(dir: &Path) -> io::Result<()> {
    let entries = fs::read_dir(dir)?.flatten();
    let mut names: Vec<u64> = entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect();
    names.sort_unstable();
    let rest = names.len().saturating_sub(KEPT);
    names
        .iter()
        .take(rest)
        .try_for_each(|name| fs::remove_file(dir.join(name.to_string())))
}

/// All records, the newest first.
pub(crate) fn all(store: &Store) -> Vec<Record> {
    let dirs = fs::read_dir(store.file("history", "")).into_iter().flatten().flatten();
    let files = dirs.flat_map(|dir| fs::read_dir(dir.path()).into_iter().flatten().flatten());
    let read = |path: &Path| serde_json::from_slice::<Record>(&fs::read(path).ok()?).ok();
    let mut records: Vec<Record> = files.filter_map(|file| read(&file.path())).collect();
    records.sort_by_key(|record| std::cmp::Reverse(record.time_ms));
    records
}

/// How many units each rule kept from being shared when they were last compiled, the most frequent rule first.
pub(crate) fn sums(store: &Store) -> Vec<(Rule, usize)> {
    let mut seen = Vec::new();
    let mut sums: Vec<(Rule, usize)> = Vec::new();
    for record in all(store) {
        let unit = (record.dir(), record.place.clone());
        if seen.contains(&unit) {
            continue;
        }
        seen.push(unit);
        let Some(why) = record.why else { continue };
        match sums.iter_mut().find(|(rule, _)| *rule == why.rule) {
            Some((_, count)) => *count += 1,
            None => sums.push((why.rule, 1)),
        }
    }
    sums.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sums
}

/// A part of the key that is different in two compiles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) name: String,
    pub(crate) before: Vec<String>,
    pub(crate) now: Vec<String>,
}

/// The record among `earlier` whose key has the fewest differences to `record`'s, with these differences.
pub(crate) fn nearest<'a>(record: &Record, earlier: &'a [Record]) -> Option<(&'a Record, Vec<Difference>)> {
    let comparable = earlier
        .iter()
        .filter(|other| other.kind == record.kind && other.dir() == record.dir() && !other.parts.is_empty());
    let all = comparable.map(|other| (other, differences(&other.parts, &record.parts)));
    all.min_by_key(|(_, differences)| differences.len())
}

fn differences(before: &[(String, String)], now: &[(String, String)]) -> Vec<Difference> {
    let mut names: Vec<&String> = before.iter().chain(now).map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    let only = |name: &str, of: &[(String, String)], not: &[(String, String)]| {
        let own = of.iter().filter(|part| part.0 == name && !not.contains(part));
        own.map(|(_, value)| value.clone()).collect::<Vec<_>>()
    };
    let difference = |name: &String| Difference {
        name: name.clone(),
        before: only(name, before, now),
        now: only(name, now, before),
    };
    let all = names.into_iter().map(difference);
    all.filter(|found| !found.before.is_empty() || !found.now.is_empty())
        .collect()
}

/// The kind of a call, for people.
pub(crate) fn kind_name(call: &Invocation) -> String {
    let kind = match call.kind {
        UnitKind::Lib => "library",
        UnitKind::Bin => "program",
        UnitKind::ProcMacro => "proc macro",
        UnitKind::Test => "test",
    };
    if is_clippy(&call.program) {
        format!("{kind}, clippy")
    } else if !call.links {
        format!("{kind}, check")
    } else {
        kind.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(time_ms: u64, parts: &[(&str, &str)]) -> Record {
        let env = Environment::new([("CARGO_PKG_NAME", "a-b")], Path::new("/w"));
        let lines: Vec<_> = parts
            .iter()
            .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
            .collect();
        Record {
            time_ms,
            ..Record::new(&env, "a_b", "library", None).with_key("k", &lines)
        }
    }

    #[test]
    fn the_nearest_key_says_what_differs() {
        let old = record(1, &[("argument", "-C"), ("argument", "a"), ("V", "1"), ("W", "1")]);
        let near = record(2, &[("argument", "-C"), ("argument", "b"), ("V", "1")]);
        let now = record(
            3,
            &[("argument", "-C"), ("argument", "a"), ("argument", "b"), ("V", "2")],
        );
        let earlier = [old, near];
        let (found, differences) = nearest(&now, &earlier).unwrap();
        assert_eq!(found.time_ms, 2);
        let names: Vec<&str> = differences.iter().map(|found| found.name.as_str()).collect();
        assert_eq!(names, ["V", "argument"]);
        assert_eq!(differences[0].before, ["1"]);
        assert_eq!(differences[1].now, ["a"]);
    }

    #[test]
    fn no_secret_is_written_down() {
        let found = record(
            1,
            &[
                ("env-dep API_TOKEN", "=hush"),
                ("\0root\0/a", "x"),
                ("shell DATABASE_URL", "hush"),
            ],
        );
        assert!(!format!("{found:?}").contains("hush"));
        assert_eq!(found.parts[1].0, "<root>/a");
    }

    #[test]
    fn the_newest_few_stay() {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&Environment::new([("HOME", home.path())], Path::new("/"))).unwrap();
        for time in 0..12 {
            remember(&store, &record(time, &[]));
        }
        let times: Vec<u64> = all(&store).iter().map(|record| record.time_ms).collect();
        assert_eq!(times.len(), KEPT);
        assert_eq!(times[0], 11);
        assert!(all(&store)[0].is_called("a-b") && all(&store)[0].is_called("a_b"));
    }
}
