//! The statistics as text: for 80 columns, readable without colour and by a screen reader.

use std::fmt::Write;
use std::time::Duration;

use super::{Cache, Errors, Incremental, Language, NotShared, Stats};
use crate::reasons::Kind;
use crate::report::text::{BOLD, DIM, clean};
use crate::size::Size;

/// The most reasons that are listed.
const MAX_REASONS: usize = 10;

const BAR: usize = 20;

/// For people; with `bars` on a terminal.
pub fn text(stats: &Stats, bars: bool) -> String {
    let mut text = server_text(stats);
    text += &cache_text(&stats.cache, bars);
    text += &incremental_text(&stats.incremental);
    if stats.server.is_some() {
        text += &languages_text(&stats.languages, bars);
        text += &calls_text(stats);
        text += &errors_text(&stats.errors);
    }
    let not_shared = not_shared_text(&stats.not_shared);
    if !not_shared.is_empty() && !text.ends_with("\n\n") {
        text += "\n";
    }
    text + &not_shared
}

/// A label and a value, in two columns.
fn line(text: &mut String, label: &str, value: &str) {
    let _ = writeln!(text, "{BOLD}{label:10}{BOLD:#} {}", clean(value));
}

fn server_text(stats: &Stats) -> String {
    let mut text = String::new();
    match (&stats.server, &stats.no_answer) {
        (Some(server), _) => {
            let pid = server.pid.map(|pid| format!("pid {pid}, "));
            let age = server
                .age_seconds
                .map(|seconds| format!(", up {}", duration(Duration::from_secs(seconds))));
            let about = format!(
                "{}sccache {}{}",
                pid.unwrap_or_default(),
                server.version.as_deref().unwrap_or("of unknown version"),
                age.unwrap_or_default()
            );
            line(&mut text, "server", &about);
            line(&mut text, "address", &server.address);
            if let Some(tmpdir) = &server.tmpdir {
                line(&mut text, "TMPDIR", tmpdir);
            }
        }
        (None, Some(why)) => line(&mut text, "server", &format!("gives no answer: {why}")),
        (None, None) => line(
            &mut text,
            "server",
            "none is running; the first compile starts one, which counts from then on",
        ),
    }
    text
}

fn cache_text(cache: &Cache, bars: bool) -> String {
    let mut text = String::new();
    line(&mut text, "cache", cache.location.as_deref().unwrap_or("unknown"));
    let size = match (cache.used, cache.limit) {
        (Some(used), Some(limit)) => format!(
            "{}{} of {} ({})",
            bar(used, limit, bars),
            Size(used),
            Size(limit),
            share(used, limit)
        ),
        (None, Some(limit)) => format!("at most {}; the content is counted with the first compile", Size(limit)),
        (Some(used), None) => Size(used).to_string(),
        (None, None) => return text,
    };
    line(&mut text, "size", &size);
    text
}

/// The incremental compilation directories, which may be deleted at any time.
fn incremental_text(dirs: &[Incremental]) -> String {
    let mut text = String::new();
    for Incremental { dir, bytes } in dirs {
        let freed = crate::finding::quote(dir);
        line(&mut text, "edits", &format!("{} in {dir}", Size(*bytes)));
        let _ = writeln!(text, "{:10} rm -r {} frees it", "", clean(&freed));
    }
    text
}

fn languages_text(languages: &[Language], bars: bool) -> String {
    let mut text = format!("\n{BOLD}found in the cache{BOLD:#}\n");
    if languages.is_empty() {
        text += "  nothing was looked up yet\n";
    }
    for language in languages {
        let all = language.hits + language.misses;
        let errors = match language.errors {
            0 => String::new(),
            errors => format!(", {errors} failed"),
        };
        let _ = writeln!(
            text,
            "  {:12} {}{:3} %, {} of {all}{errors}",
            clean(&language.name),
            bar(language.hits, all, bars),
            percent(language.hits, all),
            language.hits,
        );
    }
    text
}

fn calls_text(stats: &Stats) -> String {
    let calls = &stats.calls;
    let mut text = format!(
        "\n{BOLD}not looked up{BOLD:#}  {} of {} calls\n",
        calls.not_cacheable + calls.not_compiles + calls.unsupported_compiler,
        calls.all
    );
    let mut row = |count: u64, words: &str, key: Option<&str>| {
        if count > 0 {
            let key = key
                .map(|key| format!(" {DIM}[{}]{DIM:#}", clean(key)))
                .unwrap_or_default();
            let _ = writeln!(text, "  {count:6}  {words}{key}");
        }
    };
    for reason in stats.not_cached.iter().take(MAX_REASONS) {
        let words = if reason.kind == Kind::Avoidable.name() {
            format!("{}, avoidable", reason.words)
        } else {
            reason.words.to_owned()
        };
        row(reason.count, &words, Some(&reason.reason));
    }
    let rest = stats.not_cached.iter().skip(MAX_REASONS).map(|reason| reason.count);
    row(rest.sum(), "for other reasons: sccache-shell stats --json", None);
    row(calls.not_compiles, "queries to compilers, such as their version", None);
    row(calls.unsupported_compiler, "compilers that sccache does not know", None);
    text
}

fn not_shared_text(rows: &[NotShared]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!("{BOLD}compiled and not shared{BOLD:#}  crates, as each was last compiled\n");
    for row in rows {
        let _ = writeln!(
            text,
            "  {:6}  {}: {} {DIM}[{}]{DIM:#}",
            row.count, row.treatment, row.when, row.rule
        );
    }
    text + "  details: sccache-shell explain-miss CRATE\n"
}

fn errors_text(errors: &Errors) -> String {
    let counted = [
        (errors.writes, "entries that could not be stored"),
        (errors.reads, "entries that could not be read"),
        (errors.timeouts, "lookups that took longer than a minute"),
        (errors.lookups, "lookups that failed"),
    ];
    let rows = counted.iter().filter(|(count, _)| *count > 0);
    let rows: String = rows.map(|(count, words)| format!("  {count:6}  {words}\n")).collect();
    if rows.is_empty() {
        return "\n".to_owned();
    }
    format!("\n{BOLD}errors{BOLD:#}  details: sccache-shell check\n{rows}\n")
}

/// A small share is not shown as 0 %.
fn share(part: u64, whole: u64) -> String {
    match percent(part, whole) {
        0 if part > 0 => "less than 1 %".to_owned(),
        percent => format!("{percent} %"),
    }
}

fn percent(part: u64, whole: u64) -> u64 {
    // Rounded down, so that only all is 100 %.
    u64::try_from(u128::from(part) * 100 / u128::from(whole.max(1))).unwrap_or(u64::MAX)
}

fn bar(part: u64, whole: u64, shown: bool) -> String {
    if !shown {
        return String::new();
    }
    let full = usize::try_from(percent(part, whole)).unwrap_or(100).min(100) * BAR / 100;
    format!("{}{} ", "█".repeat(full), "░".repeat(BAR - full))
}

/// `3 h 12 min`, `4 min`, `20 s`.
pub(crate) fn duration(age: Duration) -> String {
    let seconds = age.as_secs();
    match (seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;

    fn some() -> Stats {
        let recorded = include_str!("../../facts/answer-0.19.json");
        let answer: Answer = serde_json::from_str(recorded).unwrap();
        let stats = &answer.stats;
        Stats {
            schema: SCHEMA,
            server: Some(Server {
                address: "127.0.0.1:4226".to_owned(),
                pid: Some(4711),
                age_seconds: Some(11_520),
                version: answer.version.clone(),
                tmpdir: Some("/var/tmp".into()),
            }),
            no_answer: None,
            cache: Cache {
                location: location(&answer),
                used: Some(10 << 30),
                limit: answer.max_cache_size,
            },
            languages: languages([&stats.cache_hits, &stats.cache_misses, &stats.cache_errors]),
            calls: Calls {
                all: stats.compile_requests,
                looked_up: stats.requests_executed,
                not_cacheable: stats.requests_not_cacheable,
                not_compiles: stats.requests_not_compile,
                unsupported_compiler: 0,
            },
            not_cached: not_cached(stats.not_cached.iter()),
            errors: Errors {
                writes: 3,
                reads: 0,
                timeouts: 0,
                lookups: 0,
            },
            not_shared: vec![NotShared {
                rule: "runs",
                treatment: "uncached",
                when: "a macro that runs a program",
                count: 2,
            }],
            incremental: vec![Incremental {
                dir: "/w/target/debug/incremental".to_owned(),
                bytes: 3 << 29,
            }],
        }
    }

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn on_a_terminal() {
        insta::assert_snapshot!(plain(&text(&some(), true)), @r#"
        server     pid 4711, sccache 0.19.0, up 3 h 12 min
        address    127.0.0.1:4226
        TMPDIR     /var/tmp
        cache      /home/me/a "b"/sccache
        size       ████████░░░░░░░░░░░░ 10 GiB of 24 GiB (41 %)
        edits      1.5 GiB in /w/target/debug/incremental
                   rm -r /w/target/debug/incremental frees it

        found in the cache
          Rust         ████████████░░░░░░░░  62 %, 5 of 8
          C/C++        ████████████████████ 100 %, 1 of 1

        not looked up  3 of 12 calls
               1  programs and shared libraries, which are linked [crate-type (bin)]
               2  queries to compilers, such as their version

        errors  details: sccache-shell check
               3  entries that could not be stored

        compiled and not shared  crates, as each was last compiled
               2  uncached: a macro that runs a program [runs]
          details: sccache-shell explain-miss CRATE
        "#);
    }

    #[test]
    fn without_bars() {
        let text = text(&some(), false);
        assert!(plain(&text).is_ascii(), "{text}");
        assert!(plain(&text).contains("Rust          62 %, 5 of 8\n"), "{text}");
        assert!(plain(&text).lines().all(|line| line.chars().count() <= 80), "{text}");
    }

    #[test]
    fn without_a_server() {
        let stats = Stats { server: None, ..some() };
        let text = plain(&text(&stats, true));
        assert!(text.starts_with("server     none is running"), "{text}");
        assert!(!text.contains("found in the cache"), "{text}");
    }

    #[test]
    fn passwords_are_left_out() {
        let answer = Answer {
            cache_location: Some("redis, name: redis://me:hunter2@host:6379, prefix: /x".to_owned()),
            ..Answer::default()
        };
        assert_eq!(
            location(&answer).as_deref(),
            Some("redis, name: redis://…@host:6379, prefix: /x")
        );
    }

    #[test]
    fn ages() {
        let age = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!(
            [age(20), age(240), age(11_520), age(200_000)],
            ["20 s", "4 min", "3 h 12 min", "2 d 7 h"]
        );
    }
}
