//! Compares what a cache gave with what no cache gives.

use crate::artifacts::Digests;
use crate::case::{Case, World};
use crate::lab::Lab;
use crate::mode::Mode;
use crate::place::Place;
use crate::report::Row;
use crate::schedule::{self, Tree};
use crate::tools::Tools;
use crate::trail::{self, Built, Trail};
use crate::truth::Truth;

/// How thorough a judgement is.
#[derive(Clone, Debug)]
pub struct Depth {
    /// Which world meets an empty cache; a round each.
    pub orders: Vec<World>,
    /// Whether another project is built too.
    pub project: bool,
    /// Whether plain sccache is asked too.
    pub sccache: bool,
    /// Whether the labs stay.
    pub keep: bool,
}

impl Depth {
    /// All of it.
    pub fn whole() -> Self {
        Self {
            orders: World::ALL.to_vec(),
            project: true,
            sccache: true,
            keep: false,
        }
    }

    /// What a test run has time for.
    pub fn quick() -> Self {
        Self {
            orders: vec![World::First],
            project: false,
            sccache: false,
            keep: false,
        }
    }
}

/// Builds a case with its crates in `place`, with every cache, and compares.
pub fn judge(case: &Case, place: Place, tools: &Tools, depth: &Depth) -> Row {
    let mut lab = Lab::new(case, place, tools);
    if depth.keep {
        let dir = lab.keep().display().to_string();
        return Judge::new(&lab, depth).row(place, Some(dir));
    }
    Judge::new(&lab, depth).row(place, None)
}

struct Judge<'a> {
    lab: &'a Lab,
    depth: &'a Depth,
    truth: Truth,
}

impl<'a> Judge<'a> {
    fn new(lab: &'a Lab, depth: &'a Depth) -> Self {
        Self {
            lab,
            depth,
            truth: Truth::default(),
        }
    }

    fn row(mut self, place: Place, kept: Option<String>) -> Row {
        let mut row = Row::new(&self.lab.case.name, place);
        row.kept = kept;
        if !self.describe(&mut row) {
            return row;
        }
        for first in self.depth.orders.clone() {
            let steps = schedule::steps(first, self.depth.project);
            for step in &steps {
                self.truth.clean(self.lab, step);
            }
            if self.depth.sccache {
                let trail = trail::follow(self.lab, Mode::Sccache, &steps);
                let wrong = self.wrong(&trail, first);
                row.sccache.get_or_insert_default().extend(wrong);
            }
            let trail = trail::follow(self.lab, Mode::Ours, &steps);
            row.shared = row.shared.or(trail.shared);
            row.ours.extend(self.bytes(&trail.digests, first));
            row.ours.extend(self.wrong(&trail, first));
        }
        row
    }

    /// What a build without a cache shows; whether the case shows anything at all.
    fn describe(&mut self, row: &mut Row) -> bool {
        let steps = schedule::steps(World::First, false);
        let seen = |truth: &mut Truth, at: usize| truth.clean(self.lab, &steps[at]).seen.clone();
        let (one, two) = (seen(&mut self.truth, 0), seen(&mut self.truth, 1));
        row.truth = [one.shown(), two.shown()];
        if one == two && !self.lab.case.same.contains(&row.place) {
            row.ours
                .push("the case proves nothing: both worlds show the same".to_owned());
        }
        for (world, seen) in World::ALL.into_iter().zip([one, two]) {
            let fails = seen.codes.iter().any(|code| *code != Some(0));
            if fails != self.lab.case.world(world).fails {
                let said = only(&seen.messages, &[]);
                let number = world.number();
                row.ours.push(format!(
                    "the case is broken: world {number} ends with {:?}: {said}",
                    seen.codes
                ));
            }
        }
        row.ours.is_empty()
    }

    fn wrong(&mut self, trail: &Trail, first: World) -> Vec<String> {
        let mut all = Vec::new();
        for (step, built) in &trail.built {
            let mut wrong = differences(built, self.truth.clean(self.lab, step));
            // What cargo itself does not see changed it need not build anew; a cache may do better, never worse.
            if !wrong.is_empty() && step.from.is_some() {
                let stale = differences(built, self.truth.switched(self.lab, step));
                if stale.is_empty() {
                    wrong = stale;
                }
            }
            let order = format!("{} first, {step}", first.number());
            all.extend(wrong.into_iter().map(|what| format!("{order}: {what}")));
        }
        all
    }

    /// Compares the artifacts that came from another worktree with those of a compile in an empty cache, byte for byte.
    fn bytes(&self, shared: &Digests, first: World) -> Vec<String> {
        let cold = || trail::cold(self.lab, Mode::Ours, Tree::Two, first);
        let expected = cold();
        let mut files = unlike(shared, &expected);
        if !files.is_empty() {
            // What differs from compile to compile says nothing.
            let restless = unlike(&cold(), &expected);
            files.retain(|file| !restless.contains(file));
        }
        let wrong = |file| {
            format!(
                "{} first, {}: other bytes than a compile's: {file}",
                first.number(),
                schedule::SHARED
            )
        };
        files.into_iter().map(wrong).collect()
    }
}

fn unlike(seen: &Digests, expected: &Digests) -> Vec<String> {
    let all = seen.keys().chain(expected.keys());
    let mut files: Vec<String> = all
        .filter(|file| seen.get(*file) != expected.get(*file))
        .cloned()
        .collect();
    files.sort();
    files.dedup();
    files
}

fn differences(built: &Built, right: &Built) -> Vec<String> {
    let mut all = Vec::new();
    let (seen, expected) = (&built.seen, &right.seen);
    if seen.codes != expected.codes {
        all.push(format!(
            "ended with {:?}, not {:?}: {}",
            seen.codes,
            expected.codes,
            seen.messages.join("\n")
        ));
    }
    if seen.stdout != expected.stdout {
        all.push(format!("printed {:?}, not {:?}", seen.stdout, expected.stdout));
    }
    if seen.messages != expected.messages {
        let more = only(&seen.messages, &expected.messages);
        let less = only(&expected.messages, &seen.messages);
        all.push(format!("said {more}, not {less}"));
    }
    if built.again != right.again {
        all.push(format!(
            "a second build finds {:?} to do, not {:?}",
            built.again, right.again
        ));
    }
    for (tree, files) in &built.foreign {
        let known = right.foreign.get(tree);
        let new: Vec<&String> = files
            .iter()
            .filter(|file| !known.is_some_and(|known| known.contains(file)))
            .collect();
        if !new.is_empty() {
            all.push(format!("files that name the tree {tree:?}: {new:?}"));
        }
    }
    all
}

/// The messages that only one side has, in short: the first lines of diagnostics rather than what follows them.
fn only(these: &[String], those: &[String]) -> String {
    let (heads, tails): (Vec<&String>, Vec<&String>) = these
        .iter()
        .filter(|line| !those.contains(line))
        .partition(|line| !line.starts_with(' '));
    let shown = if heads.is_empty() { &tails } else { &heads };
    format!("{:?}", shown.iter().take(3).collect::<Vec<_>>())
}
