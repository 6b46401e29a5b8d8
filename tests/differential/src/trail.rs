//! One mode's builds, one after another.

use std::collections::BTreeMap;

use sccache_shell_e2e::stats::Counts;

use crate::artifacts::{self, Digests};
use crate::case::World;
use crate::lab::Lab;
use crate::mode::Mode;
use crate::run::{self, Seen};
use crate::schedule::{Edits, SHARED, Step, Tree};

/// A build and what came of it.
#[derive(Clone, Debug)]
pub struct Built {
    /// What was seen.
    pub seen: Seen,
    /// What a second build found not fresh.
    pub again: Vec<String>,
    /// Files in the target directory that name another tree, by that tree.
    pub foreign: BTreeMap<Tree, Vec<String>>,
}

/// One mode's way through a schedule.
#[derive(Debug)]
pub struct Trail {
    /// Its builds.
    pub built: Vec<(Step, Built)>,
    /// What was found at the step that can be all hits, and how many calls sccache refused there.
    pub shared: Option<(Counts, u64)>,
    /// What lay in the target directory after it.
    pub digests: Digests,
}

/// Builds all steps from an empty cache on.
pub fn follow(lab: &Lab, mode: Mode, steps: &[Step]) -> Trail {
    lab.fresh_home();
    for tree in Tree::ALL {
        lab.clean(tree);
    }
    let mut trail = Trail {
        built: Vec::new(),
        shared: None,
        digests: Digests::new(),
    };
    for step in steps {
        let shared = step.name == SHARED;
        let before = shared.then(|| lab.stats());
        let built = build(lab, mode, step);
        if let Some(before) = before {
            let after = lab.stats();
            let refused =
                |stats: &sccache_shell_e2e::stats::Stats| stats.not_cached.iter().map(|(_, n)| n).sum::<u64>();
            trail.shared = Some((after.rust - before.rust, refused(&after) - refused(&before)));
            trail.digests = artifacts::digests(&lab.target(step.tree));
        }
        trail.built.push((*step, built));
    }
    trail
}

/// Builds one step.
pub fn build(lab: &Lab, mode: Mode, step: &Step) -> Built {
    if step.from.is_none() {
        lab.clean(step.tree);
    }
    lab.switch(step.tree, step.world, step.edits);
    let seen = run::run(lab, mode, step.tree, step.world);
    let again = run::again(lab, mode, step.tree, step.world);
    let others = Tree::ALL.into_iter().filter(|tree| *tree != step.tree);
    let foreign = others.map(|tree| (tree, artifacts::naming(&lab.target(step.tree), &lab.tree(tree))));
    Built {
        seen,
        again,
        foreign: foreign.filter(|(_, files)| !files.is_empty()).collect(),
    }
}

/// The digests of a compile of `world` in `tree` that met an empty cache.
pub fn cold(lab: &Lab, mode: Mode, tree: Tree, world: World) -> Digests {
    lab.fresh_home();
    lab.clean(tree);
    lab.switch(tree, world, Edits::Switched);
    run::run(lab, mode, tree, world);
    artifacts::digests(&lab.target(tree))
}
