//! `explain-miss`: why a crate was a cache miss.

use std::fmt::Write;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::Args;

use super::{of_compiles, print};
use crate::environment::Environment;
use crate::form::history::{self, Difference, Record};
use crate::form::store::Store;
use crate::report;
use crate::why::Treatment;

/// The most differences that are listed.
const MAX_SHOWN: usize = 20;

#[derive(Debug, Args)]
pub(super) struct ExplainMissArgs {
    /// A crate or a package
    #[arg(value_name = "CRATE")]
    name: String,
}

/// Exit 0 if a compile of it is remembered, else 1.
pub(super) fn run(args: &ExplainMissArgs) -> anyhow::Result<ExitCode> {
    let env = of_compiles(&Environment::current());
    let records = Store::existing(&env)
        .map(|store| history::all(&store))
        .unwrap_or_default();
    let text = text(&args.name, &records, SystemTime::now());
    let is_known = records.iter().any(|record| record.is_called(&args.name));
    print(&text)?;
    Ok(ExitCode::from(u8::from(!is_known)))
}

fn text(name: &str, records: &[Record], now: SystemTime) -> String {
    let mut seen = Vec::new();
    let mut text = String::new();
    for (at, record) in records.iter().enumerate().filter(|(_, record)| record.is_called(name)) {
        let unit = (&record.package, &record.crate_name, &record.kind);
        // Only the last compile of each unit.
        if seen.contains(&unit) {
            continue;
        }
        seen.push(unit);
        let kind = if record.kind.is_empty() {
            String::new()
        } else {
            format!(" ({})", record.kind)
        };
        let _ = writeln!(
            text,
            "{}{kind}, {} in {}",
            record.crate_name,
            ago(record, now),
            record.place.to_string_lossy()
        );
        text += &reason(record, &records[at + 1..], now);
    }
    if text.is_empty() {
        text = format!(
            "Nothing is remembered of {name}: each compile of it was a hit, or bypassed the wrapper.\n\
             To see every compile: SCCACHE_SHELL_TRACE=FILE cargo build\n"
        );
    }
    text.lines()
        .map(|line| report::clean(line).into_owned() + "\n")
        .collect()
}

fn reason(record: &Record, earlier: &[Record], now: SystemTime) -> String {
    let mut text = String::new();
    if let Some(why) = &record.why {
        let _ = writeln!(text, "  {}: {}", why.rule.treatment().name(), why.detail);
        let _ = writeln!(text, "  {} ({})", why.rule.reason(), why.rule.id());
        if why.rule.treatment() != Treatment::Private {
            return text;
        }
    }
    match history::nearest(record, earlier) {
        None => text += "  missed: no earlier compile of it is remembered\n",
        Some((other, differences)) if differences.is_empty() => {
            let _ = writeln!(
                text,
                "  missed: its key is that of {} in {}, but the cache does not have it any more, or is a different one",
                ago(other, now),
                other.place.to_string_lossy()
            );
            text += "  to see how full the cache is, and where: sccache-shell stats\n";
        }
        Some((other, differences)) => {
            let _ = writeln!(
                text,
                "  missed: against {} in {} its key differs in",
                ago(other, now),
                other.place.to_string_lossy()
            );
            for difference in differences.iter().take(MAX_SHOWN) {
                text += &shown(difference);
            }
            if differences.len() > MAX_SHOWN {
                let _ = writeln!(text, "    and {} more", differences.len() - MAX_SHOWN);
            }
        }
    }
    text
}

fn shown(difference: &Difference) -> String {
    let is_digest = |value: &String| value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    let Difference { name, before, now } = difference;
    match (before.as_slice(), now.as_slice()) {
        ([old], [new]) if is_digest(old) && is_digest(new) => format!("    {name}: different content\n"),
        (old, new) => {
            let side = |values: &[String]| match values {
                [] => "not in the key".to_owned(),
                values if values.iter().any(is_digest) => "in the key".to_owned(),
                values => values.join(" "),
            };
            format!("    {name}: {}; before: {}\n", side(new), side(old))
        }
    }
}

fn ago(record: &Record, now: SystemTime) -> String {
    let then = UNIX_EPOCH + Duration::from_millis(record.time_ms);
    format!("{} ago", report::duration(now.duration_since(then).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::why::Rule;
    use std::path::Path;

    #[test]
    fn differences_evictions_and_rules() {
        let env = Environment::new([("CARGO_PKG_NAME", "serde")], Path::new("/w/one"));
        let record = |time_ms, why, lines: &[(&str, &str)]| {
            let lines: Vec<_> = lines
                .iter()
                .map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()))
                .collect();
            Record {
                time_ms,
                ..Record::new(&env, "serde", "library", why).with_key("k", &lines)
            }
        };
        let now = UNIX_EPOCH + Duration::from_secs(100);
        let old = record(10_000, None, &[("V", "1")]);
        let said = |records: &[Record]| text("serde", records, now);
        assert!(said(&[record(90_000, None, &[("V", "2")]), old.clone()]).contains("V: 2; before: 1"));
        assert!(
            said(&[record(90_000, None, &[("V", "1")]), old.clone()]).contains("the cache does not have it any more")
        );
        let runs = Some(Rule::Runs.because("a macro runs git"));
        assert!(said(&[record(90_000, runs, &[]), old]).contains("uncached: a macro runs git"));
        assert!(said(&[]).starts_with("Nothing is remembered"));
    }
}
