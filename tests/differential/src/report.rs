//! The table.

use std::fmt::Write as _;

use sccache_shell_e2e::stats::Counts;

use crate::place::Place;

/// What came of a case in one place.
#[derive(Clone, Debug)]
pub struct Row {
    /// The case's name.
    pub case: String,
    /// The place.
    pub place: Place,
    /// What a build without a cache shows in both worlds.
    pub truth: [String; 2],
    /// What plain sccache got wrong; `None`: it was not asked.
    pub sccache: Option<Vec<String>>,
    /// What ours got wrong.
    pub ours: Vec<String>,
    /// Ours, in another worktree of the same content: hits and misses, and calls that sccache refused.
    pub shared: Option<(Counts, u64)>,
    /// Where the lab is, if it was kept.
    pub kept: Option<String>,
}

impl Row {
    /// One with nothing wrong yet.
    pub fn new(case: &str, place: Place) -> Self {
        Self {
            case: case.to_owned(),
            place,
            truth: Default::default(),
            sccache: None,
            ours: Vec::new(),
            shared: None,
            kept: None,
        }
    }

    /// All that ours got wrong, a line each.
    pub fn wrongs(&self) -> String {
        let mut text = String::new();
        for wrong in &self.ours {
            let _ = writeln!(text, "{} ({}): {wrong}", self.case, self.place);
        }
        text
    }

    fn line(&self) -> String {
        let verdict = |wrong: &[String]| match wrong.len() {
            0 => "right".to_owned(),
            count => format!("WRONG {count}"),
        };
        let sccache = self.sccache.as_deref().map_or("-".to_owned(), verdict);
        let hits = self.shared.map_or(String::new(), |(counts, refused)| {
            let all = counts.hits + counts.misses;
            let refused = if refused > 0 {
                format!(", {refused} refused")
            } else {
                String::new()
            };
            format!("{} of {all}{refused}", counts.hits)
        });
        let [one, two] = &self.truth;
        let truth = cut(&format!("{} / {}", cut(one, 21), cut(two, 21)), 45);
        format!(
            "{:<44} {:<8} {truth:<45} {sccache:<8} {:<8} {hits}",
            self.case,
            self.place,
            verdict(&self.ours)
        )
    }
}

/// The table of all rows.
pub fn table(rows: &[Row]) -> String {
    let mut text = format!(
        "{:<44} {:<8} {:<45} {:<8} {:<8} {}\n",
        "case", "place", "without a cache", "sccache", "ours", "hits in another worktree"
    );
    for row in rows {
        let _ = writeln!(text, "{}", row.line());
    }
    let wrong = |row: &&Row| !row.ours.is_empty();
    let sccache = |row: &&Row| row.sccache.as_ref().is_some_and(|wrong| !wrong.is_empty());
    let _ = writeln!(
        text,
        "{} rounds; wrong: sccache {}, ours {}",
        rows.len(),
        rows.iter().filter(sccache).count(),
        rows.iter().filter(wrong).count()
    );
    text
}

fn cut(text: &str, length: usize) -> String {
    let line = text.trim().replace('\n', " ");
    if line.chars().count() <= length {
        return line;
    }
    let tail: Vec<char> = line.chars().rev().take(length - 1).collect();
    format!("…{}", tail.into_iter().rev().collect::<String>())
}
