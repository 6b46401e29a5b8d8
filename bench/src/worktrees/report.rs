//! The tables and the JSON.

use std::fmt::Write as _;

use sccache_shell_e2e::stats::Counts;
use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use super::contender::Kind;
use super::measure::{Build, Measured, Step};

/// All that was measured, in the order of the contenders.
pub(crate) struct Report<'a> {
    kinds: &'a [Kind],
    measured: &'a [Measured],
    arguments: &'a Arguments,
}

impl<'a> Report<'a> {
    pub(crate) fn new(kinds: &'a [Kind], measured: &'a [Measured], arguments: &'a Arguments) -> Self {
        Self {
            kinds,
            measured,
            arguments,
        }
    }

    /// As Markdown.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.times(&mut text, "Seconds", Self::took);
        self.times(&mut text, "Processor seconds", Self::cpu);
        self.hits(&mut text);
        self.per_hit(&mut text);
        self.misses(&mut text);
        text
    }

    fn builds(&self, kind: Kind, step: Step) -> Vec<&Build> {
        let all = self.measured.iter().filter(|measured| measured.kind == kind);
        all.flat_map(|measured| &measured.builds)
            .filter(|build| build.step == step)
            .collect()
    }

    /// The median over the rounds.
    fn took(&self, kind: Kind, step: Step) -> Option<f64> {
        let builds = self.builds(kind, step);
        median(builds.iter().map(|build| build.took.as_secs_f64()).collect())
    }

    fn cpu(&self, kind: Kind, step: Step) -> Option<f64> {
        median(self.builds(kind, step).iter().filter_map(|build| build.cpu).collect())
    }

    fn steps(&self) -> impl Iterator<Item = Step> {
        let measured = |step: &Step| self.kinds.iter().any(|kind| !self.builds(*kind, *step).is_empty());
        Step::ALL.into_iter().filter(measured)
    }

    /// A table of wall-clock or processor times, with the ratios to the peers.
    fn times(&self, text: &mut String, what: &str, of: fn(&Self, Kind, Step) -> Option<f64>) {
        let peers: Vec<Kind> = [Kind::Sccache, Kind::Kache, Kind::Mbx]
            .into_iter()
            .filter(|peer| self.kinds.contains(peer) && self.kinds.contains(&Kind::Ours))
            .collect();
        let mut head: Vec<String> = self.kinds.iter().map(|kind| kind.name().to_owned()).collect();
        head.extend(peers.iter().map(|peer| format!("ours / {}", peer.name())));
        let rounds = self.arguments.rounds;
        let _ = writeln!(text, "\n{what}, {}, median of {rounds}:\n", self.subject());
        row(text, "build", head.iter().cloned());
        row(text, "---", head.iter().map(|_| "---:".to_owned()));
        for step in self.steps() {
            let ratio = |peer: &Kind| Some(of(self, Kind::Ours, step)? / of(self, *peer, step)?);
            let times = self.kinds.iter().map(|kind| number(of(self, *kind, step), 1));
            row(
                text,
                step.title(),
                times.chain(peers.iter().map(|peer| number(ratio(peer), 2))),
            );
        }
    }

    fn hits(&self, text: &mut String) {
        let kinds: Vec<Kind> = self.kinds.iter().copied().filter(|kind| *kind != Kind::None).collect();
        let _ = writeln!(text, "\nHits among lookups:\n");
        let head = kinds
            .iter()
            .flat_map(|kind| [format!("{} Rust", kind.name()), "C, C++".to_owned()]);
        row(text, "build", head);
        row(
            text,
            "---",
            kinds.iter().flat_map(|_| ["---:".to_owned(), "---:".to_owned()]),
        );
        for step in self.steps() {
            let cells = kinds.iter().flat_map(|kind| match self.builds(*kind, step).last() {
                Some(build) => [share(build.counted.rust), share(build.counted.c)],
                None => ["–".to_owned(), "–".to_owned()],
            });
            row(text, step.title(), cells);
        }
    }

    /// The time of a hit, including all that cargo and the build scripts do.
    fn per_hit(&self, text: &mut String) {
        let _ = writeln!(text, "\nMilliseconds a hit, again after `cargo clean`:\n");
        for kind in self.kinds {
            let builds = self.builds(*kind, Step::Again);
            let hits = builds
                .last()
                .map_or(0, |build| build.counted.rust.hits + build.counted.c.hits);
            if let Some(took) = self.took(*kind, Step::Again).filter(|_| hits > 0) {
                #[allow(clippy::cast_precision_loss, reason = "a few hundred")]
                let each = took * 1000.0 / hits as f64;
                let _ = writeln!(text, "- {}: {each:.1}", kind.name());
            }
        }
    }

    fn misses(&self, text: &mut String) {
        let _ = writeln!(text, "\nWhat missed, without members:\n");
        for step in [Step::Again, Step::Second, Step::Other] {
            for kind in self.kinds.iter().filter(|kind| **kind != Kind::None) {
                if let Some(build) = self.builds(*kind, step).last() {
                    let names: Vec<&str> = build.missed.iter().map(String::as_str).collect();
                    let names = if names.is_empty() {
                        "nothing".to_owned()
                    } else {
                        names.join(" ")
                    };
                    let _ = writeln!(text, "- {}, {}: {names}", step.title(), kind.name());
                }
            }
        }
    }

    fn subject(&self) -> String {
        match &self.arguments.workspace {
            Some(dir) => dir.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            None if self.arguments.small => "the small generated project".to_owned(),
            None => "the generated project".to_owned(),
        }
    }

    /// The same for programs.
    pub(crate) fn json(&self) -> String {
        let contenders: Vec<Value> = self.kinds.iter().map(|kind| self.contender(*kind)).collect();
        let all = json!({
            "schema": 1,
            "subject": self.subject(),
            "rounds": self.arguments.rounds,
            "contenders": contenders,
        });
        format!("{all:#}")
    }

    fn contender(&self, kind: Kind) -> Value {
        let mut builds = Map::new();
        for step in self.steps() {
            let all = self.builds(kind, step);
            if let Some(last) = all.last() {
                let build = json!({
                    "seconds": all.iter().map(|build| build.took.as_secs_f64()).collect::<Vec<_>>(),
                    "median": self.took(kind, step),
                    "cpu_median": self.cpu(kind, step),
                    "rust": counts(last.counted.rust),
                    "c": counts(last.counted.c),
                    "missed": last.missed,
                });
                builds.insert(step.key().to_owned(), build);
            }
        }
        json!({ "name": kind.name(), "version": kind.version(), "builds": builds })
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

fn number(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
}

fn row(text: &mut String, first: &str, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.collect();
    let _ = writeln!(text, "| {first} | {} |", cells.join(" | "));
}

fn share(counts: Counts) -> String {
    match counts.hits + counts.misses {
        0 => "–".to_owned(),
        all => format!("{} of {all}", counts.hits),
    }
}

fn counts(counts: Counts) -> Value {
    json!({ "hits": counts.hits, "misses": counts.misses })
}
