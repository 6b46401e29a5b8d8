//! sccache's own view of its settings: those that this shell's configuration gives, and those of the running server.
//!
//! They come from `sccache --show-stats --stats-format=json` (0.19, `ServerInfo` in its `src/server.rs`). Every field
//! is optional and unknown ones are ignored, since the versions differ.

mod bounds;
pub(crate) mod location;
pub(in crate::facts) mod question;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde::Deserialize;

use question::Started;

use crate::environment::Environment;

use crate::size::Size;
use crate::version::Version;

/// How long sccache may take to answer: with a server that hangs it would wait for ever.
pub const TIME_LIMIT: Duration = Duration::from_millis(1500);

/// The counts of a running server; all zero without one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Stats {
    /// Calls of a compiler.
    pub compile_requests: u64,
    /// Calls that were looked up.
    pub requests_executed: u64,
    /// Calls of a compiler that sccache does not know.
    pub requests_unsupported_compiler: u64,
    /// Calls that do not compile, such as `rustc -vV`.
    pub requests_not_compile: u64,
    /// Calls that cannot be cached.
    pub requests_not_cacheable: u64,
    /// Hits, by language.
    pub cache_hits: PerLanguage,
    /// Misses, by language.
    pub cache_misses: PerLanguage,
    /// Lookups that failed, by language.
    pub cache_errors: PerLanguage,
    /// Lookups that took longer than a minute.
    pub cache_timeouts: u64,
    /// Hits that could not be read.
    pub cache_read_errors: u64,
    /// Compiles that could not be stored.
    pub cache_write_errors: u64,
    /// Compiles without a lookup, because of SCCACHE_RECACHE.
    pub forced_recaches: u64,
    /// Compiles.
    pub compilations: u64,
    /// Why calls could not be cached, and how many.
    pub not_cached: BTreeMap<String, u64>,
}

/// Counts by language.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct PerLanguage {
    /// Such as `Rust` and `C/C++`.
    pub counts: BTreeMap<String, u64>,
}

impl PerLanguage {
    /// Of all languages.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Of one language.
    pub fn of(&self, language: &str) -> u64 {
        self.counts.get(language).copied().unwrap_or_default()
    }
}

/// The languages that are counted anywhere, sorted.
pub fn languages<'a>(counts: impl IntoIterator<Item = &'a PerLanguage>) -> BTreeSet<&'a String> {
    counts.into_iter().flat_map(|counts| counts.counts.keys()).collect()
}

/// The output of `sccache --show-stats --stats-format=json`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Answer {
    /// The counts.
    pub stats: Stats,
    /// The version of the server, or without a server that of the program.
    pub version: Option<String>,
    /// Such as `Local disk: "/home/me/.cache/sccache"`.
    pub cache_location: Option<String>,
    /// Bytes in the cache; null until the server has counted them.
    pub cache_size: Option<u64>,
    /// The limit in bytes; null for caches that are not on this disk.
    pub max_cache_size: Option<u64>,
    /// Whether preprocessor ("direct") mode is on.
    pub use_preprocessor_cache_mode: Option<bool>,
    /// Whether the running server writes to its cache; `None` without a server, and before 0.19.
    pub effective_cache_mode: Option<String>,
    /// Directories that are removed from paths in the key.
    pub basedirs: Vec<String>,
}

impl Answer {
    /// The version, as numbers.
    pub fn version(&self) -> Option<Version> {
        self.version.as_deref().and_then(Version::parse)
    }

    /// The limit of the cache on this disk.
    pub fn max_size(&self) -> Option<Size> {
        self.max_cache_size.map(Size)
    }

    /// Whether preprocessor mode is on, for messages.
    pub fn preprocessor_mode(&self) -> Option<&'static str> {
        let is_on = self.use_preprocessor_cache_mode?;
        Some(if is_on { "on" } else { "off" })
    }

    /// The directory of the cache on this disk, out of its quoted form in `cache_location`.
    pub fn cache_dir(&self) -> Option<PathBuf> {
        let quoted = self.cache_location.as_deref()?.strip_prefix("Local disk: ")?;
        location::unquote(quoted)
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// sccache could not be started; the system's message.
    #[error("it cannot be started: {0}")]
    NotStarted(String),
    /// Nothing came within [`TIME_LIMIT`].
    #[error("it did not answer within {} s", TIME_LIMIT.as_secs_f32())]
    TimedOut,
    /// It ended with an error; its message on stderr.
    #[error("{}", .0.lines().next().unwrap_or("it failed without a message"))]
    Failed(String),
    /// It succeeded, but its output is not an answer.
    #[error("its answer cannot be read: {0}")]
    Unparseable(String),
}

/// The setting that a failing sccache blames.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame<'a> {
    /// Its config file.
    ConfigFile,
    /// The variable of this name, which is not a boolean.
    Boolean(&'a str),
    /// A base directory that is not absolute.
    BaseDir,
}

impl NoAnswer {
    /// The last line of its message, which names the cause, without secrets.
    pub fn cause(&self) -> String {
        let Self::Failed(stderr) = self else {
            return self.to_string();
        };
        // Which parts of the last line are secret depends on the lines before it.
        let message = crate::redact::config_error(stderr);
        let last = message.lines().rev().find(|line| !line.trim().is_empty());
        last.unwrap_or("no reason given").trim().to_owned()
    }

    /// The blamed setting, by sccache's message (its `src/config.rs`), which is the same in all versions.
    pub fn blame(&self) -> Option<Blame<'_>> {
        let Self::Failed(stderr) = self else {
            return None;
        };
        if stderr.contains("config file") {
            Some(Blame::ConfigFile)
        } else if let Some((before, _)) = stderr.split_once(" must be 'true'") {
            before.split_whitespace().last().map(Blame::Boolean)
        } else if stderr.contains("Basedir path must be absolute") {
            Some(Blame::BaseDir)
        } else {
            None
        }
    }
}

/// A running sccache, so that two can run at the same time.
#[derive(Debug)]
pub struct Question(Started);

/// Asks for the settings of a server that this shell would start. No server is contacted: the given socket cannot exist
/// (the port is for versions before 0.9.1).
pub fn ask_planned(sccache: &Path, env: &Environment) -> Question {
    let mut command = question(sccache, env);
    command
        .env("SCCACHE_SERVER_UDS", "/nonexistent/sccache-shell.sock")
        .env("SCCACHE_SERVER_PORT", "1");
    Question(Started::start(command))
}

/// Asks the server at the address of this environment. Only to be called if something listens there.
pub fn ask_running(sccache: &Path, env: &Environment) -> Question {
    Question(Started::start(question(sccache, env)))
}

/// Asks for the version alone: `sccache 0.19.0`. For that sccache reads no configuration.
pub fn ask_version(sccache: &Path) -> Option<Version> {
    let mut command = quietly(sccache, []);
    command.arg("--version");
    let output = Started::start(command).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Version::parse(text.strip_prefix("sccache ")?)
}

/// With sccache's settings in cargo's `[env]`, which this process does not have. No other variable of that table: with
/// LD_PRELOAD the repository's code would run when the shell is entered.
fn question(sccache: &Path, env: &Environment) -> Command {
    let is_setting = |name: &OsStr| {
        let places = ["HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"];
        name.as_encoded_bytes().starts_with(b"SCCACHE_") || places.iter().any(|place| name == *place)
    };
    let given = env.all_given().filter(|(name, ..)| is_setting(name));
    let mut command = quietly(sccache, given.map(|(name, value, _)| (name, value)));
    command.args(["--show-stats", "--stats-format=json"]);
    // The path of the config file may be relative to the compiler's working directory.
    if env.cwd().is_dir() {
        command.current_dir(env.cwd());
    }
    command
}

fn quietly<'a>(sccache: &Path, given: impl IntoIterator<Item = (&'a OsStr, &'a OsStr)>) -> Command {
    let mut command = Command::new(sccache);
    command
        .envs(given)
        // By a different name it would take itself for a compiler (its `src/cmdline.rs`, `try_parse`).
        .arg0("sccache")
        // Up to 0.10 sccache refuses every command while one of these is 1.
        .env_remove("CARGO_INCREMENTAL")
        .env_remove("CARGO_BUILD_INCREMENTAL")
        // If exported by mistake, it would start a server instead.
        .env_remove("SCCACHE_START_SERVER")
        // Up to 0.7.6 this call starts a server if there is none; without a TMPDIR it cannot.
        .env("TMPDIR", "/nonexistent");
    command
}

impl Question {
    /// Waits for the answer, at most until the time limit.
    pub fn wait(self) -> Result<Answer, NoAnswer> {
        let output = self.0.output()?;
        if output.is_success {
            Answer::parse(&output.stdout).map_err(|error| NoAnswer::Unparseable(error.to_string()))
        } else {
            Err(NoAnswer::Failed(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ))
        }
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(bytes: &[u8]) {
    if let Ok(answer) = Answer::parse(bytes) {
        let stats = &answer.stats;
        let languages = [&stats.cache_hits, &stats.cache_misses, &stats.cache_errors];
        for language in languages {
            assert!(language.counts.values().all(|count| *count <= language.total()));
        }
        let _ = (answer.version(), answer.max_size(), answer.cache_dir());
    }
    let failed = NoAnswer::Failed(String::from_utf8_lossy(bytes).into_owned());
    assert!(!failed.to_string().contains('\n'));
    if let Some(Blame::Boolean(name)) = failed.blame() {
        assert!(!name.contains(char::is_whitespace));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Instant;

    /// A fake sccache that fails, hangs, or prints nonsense, which a real one does not do.
    fn answer_of(script: &str) -> Result<Answer, NoAnswer> {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("sccache");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        ask_planned(&program, &Environment::default()).wait()
    }

    #[test]
    fn reads_a_recorded_answer_of_0_19() {
        let recorded = include_str!("answer-0.19.json");
        let answer: Answer = serde_json::from_str(recorded).unwrap();
        assert_eq!(answer.version.as_deref(), Some("0.19.0"));
        assert_eq!(answer.max_size(), Some(Size(24 << 30)));
        assert_eq!(answer.cache_dir(), Some(PathBuf::from("/home/me/a \"b\"/sccache")));
    }

    #[test]
    fn tells_failures_apart() {
        assert_eq!(
            answer_of("echo broken >&2; exit 2"),
            Err(NoAnswer::Failed("broken".to_owned()))
        );
        assert!(matches!(answer_of("echo hello"), Err(NoAnswer::Unparseable(_))));
        assert!(answer_of("head -c 9000000 /dev/zero").is_err());
        assert_eq!(answer_of("echo '{\"new\": 1}'"), Ok(Answer::default()));
        assert!(matches!(
            ask_planned(Path::new("/nonexistent"), &Environment::default()).wait(),
            Err(NoAnswer::NotStarted(_))
        ));
    }

    proptest::proptest! {
        #[test]
        fn any_words_are_an_answer_or_none(bytes: Vec<u8>, words in "(config file|\"[A-Z_]{0,9}\"| must be 'true'|[ \n]|\\PC){0,9}") {
            assert_invariants(&bytes);
            assert_invariants(words.as_bytes());
        }
    }

    #[test]
    fn does_not_wait_for_one_that_hangs() {
        let start = Instant::now();
        assert_eq!(answer_of("sleep 60"), Err(NoAnswer::TimedOut));
        assert_eq!(answer_of("exec >&- 2>&-; sleep 60"), Err(NoAnswer::TimedOut));
        assert!(start.elapsed() < Duration::from_secs(4));
    }
}
