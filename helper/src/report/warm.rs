//! What `warm` did, for people: one line that says it all, then what was left to cargo and why.

use std::fmt::Write;
use std::path::Path;

use super::text::clean;
use crate::size::Size;
use crate::warm::{Nothing, Outcome, Summary, Why};

/// Of the packages of one kind at most this many are named.
const MAX_NAMES: usize = 6;

/// How `warm` ended.
pub fn warmed(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Nothing(nothing) => format!("sccache-shell: nothing to gain: {}\n", why_nothing(nothing)),
        Outcome::Copied(summary) if summary.is_nothing() => {
            let nothing = Nothing::NothingFits(vec![summary.from.clone()]);
            warmed(&Outcome::Nothing(nothing)) + &left(summary)
        }
        Outcome::Copied(summary) => summary_line(summary) + &left(summary),
    }
}

fn why_nothing(nothing: &Nothing) -> String {
    match nothing {
        Nothing::NotNew => "cargo has built here already, or there is nothing to build".to_owned(),
        Nothing::NoSibling => {
            "no other worktree of this repository has been built; `--from DIR` names a project".to_owned()
        }
        Nothing::OneBuildDir(dir) => format!("both build in {}", shown(dir)),
        Nothing::NothingFits(worktrees) => {
            let names: Vec<String> = worktrees.iter().map(|path| shown(path)).collect();
            format!(
                "{} has no unit that fits here (same rustc, CARGO_HOME and Cargo.lock) and is not here yet",
                names.join(", ")
            )
        }
    }
}

fn summary_line(summary: &Summary) -> String {
    let verb = match (summary.dry_run, summary.stopped) {
        (true, _) => "would copy",
        (false, true) => "stopped; copied",
        (false, false) => "copied",
    };
    let mut line = format!(
        "sccache-shell: {verb} {} ({}) from {} to {}",
        count(summary.units, "unit"),
        Size(summary.bytes),
        shown(&summary.from),
        shown(&summary.to)
    );
    if !summary.dry_run {
        let _ = write!(line, " in {:.1} s, {}", summary.took.as_secs_f64(), sharing(summary));
    }
    line.push('\n');
    if summary.changed > 0 {
        let changed = count(summary.changed, "unit");
        let _ = writeln!(line, "  left to cargo, changed meanwhile or not readable: {changed}");
    }
    line
}

fn sharing(summary: &Summary) -> String {
    let files = count(summary.files, "file");
    match summary.shared {
        0 => format!("none of {files} shared copy-on-write"),
        shared if shared == summary.files => format!("all of {files} shared copy-on-write"),
        shared => format!("{shared} of {files} shared copy-on-write"),
    }
}

fn left(summary: &Summary) -> String {
    summary.left.iter().fold(String::new(), |mut text, (why, packages)| {
        let why = match why {
            Why::CanChange => "sources can change",
            Why::NamesOldPath => "files name the worktree they were made in",
            Why::OtherVariables => "run with other variables (`[env]` of cargo's configuration)",
            Why::NeedsAnother => "built on one of these, or not up to date",
            Why::NotWanted => "not used here",
            Why::IsThere => "built here already",
        };
        let names: Vec<&str> = packages.iter().take(MAX_NAMES).map(String::as_str).collect();
        let _ = write!(text, "  left to cargo, {why}: {}", clean(&names.join(", ")));
        if let Some(more) = packages.len().checked_sub(MAX_NAMES).filter(|&more| more > 0) {
            let _ = write!(text, " and {more} more");
        }
        text.push('\n');
        text
    })
}

fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy()).into_owned()
}

fn count(number: usize, thing: &str) -> String {
    let ending = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn summary() -> Summary {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Summary {
            from: "/src/a\n".into(),
            to: "/src/b/target".into(),
            units: 312,
            bytes: 1_395_864_371,
            files: 2981,
            shared: 2981,
            left: [
                (Why::CanChange, names(&["app"])),
                (Why::NeedsAnother, names(&["a", "b", "c", "d", "e", "f", "g"])),
            ]
            .into(),
            took: Duration::from_millis(4512),
            ..Summary::default()
        }
    }

    #[test]
    fn what_was_copied() {
        insta::assert_snapshot!(warmed(&Outcome::Copied(summary())), @r"
        sccache-shell: copied 312 units (1.3 GiB) from /src/a\n to /src/b/target in 4.5 s, all of 2981 files shared copy-on-write
          left to cargo, sources can change: app
          left to cargo, built on one of these, or not up to date: a, b, c, d, e, f and 1 more
        ");
        let changed = Summary {
            units: 1,
            changed: 2,
            shared: 0,
            stopped: true,
            left: Default::default(),
            ..summary()
        };
        insta::assert_snapshot!(warmed(&Outcome::Copied(changed)), @r"
        sccache-shell: stopped; copied 1 unit (1.3 GiB) from /src/a\n to /src/b/target in 4.5 s, none of 2981 files shared copy-on-write
          left to cargo, changed meanwhile or not readable: 2 units
        ");
        let dry = Summary {
            dry_run: true,
            left: Default::default(),
            ..summary()
        };
        insta::assert_snapshot!(warmed(&Outcome::Copied(dry)), @r"sccache-shell: would copy 312 units (1.3 GiB) from /src/a\n to /src/b/target
        ");
    }

    #[test]
    fn nothing_that_fits_has_reasons() {
        let none = Summary { units: 0, ..summary() };
        insta::assert_snapshot!(warmed(&Outcome::Copied(none)), @r"
        sccache-shell: nothing to gain: /src/a\n has no unit that fits here (same rustc, CARGO_HOME and Cargo.lock) and is not here yet
          left to cargo, sources can change: app
          left to cargo, built on one of these, or not up to date: a, b, c, d, e, f and 1 more
        ");
    }

    #[test]
    fn nothing_is_one_line() {
        for nothing in [
            Nothing::NotNew,
            Nothing::NoSibling,
            Nothing::OneBuildDir("/t".into()),
            Nothing::NothingFits(vec!["/a".into(), "/b".into()]),
        ] {
            let text = warmed(&Outcome::Nothing(nothing));
            assert_eq!(text.lines().count(), 1, "{text}");
        }
    }
}
