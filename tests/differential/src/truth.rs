//! What builds without any cache give: the measure of all others.

use std::collections::BTreeMap;

use crate::case::World;
use crate::lab::Lab;
use crate::mode::Mode;
use crate::schedule::{Step, Tree};
use crate::trail::{self, Built};

type Key = (Tree, World);

/// Builds without a cache, each done once.
#[derive(Debug, Default)]
pub struct Truth {
    clean: BTreeMap<Key, Built>,
    switched: BTreeMap<Key, Built>,
}

impl Truth {
    /// The build of `step` with nothing in the target directory.
    pub fn clean(&mut self, lab: &Lab, step: &Step) -> &Built {
        self.clean.entry((step.tree, step.world)).or_insert_with(|| {
            let step = Step { from: None, ..*step };
            trail::build(lab, Mode::None, &step)
        })
    }

    /// The build of `step` as cargo does it on top of the other world's: it does not know what a macro has read.
    pub fn switched(&mut self, lab: &Lab, step: &Step) -> &Built {
        self.switched.entry((step.tree, step.world)).or_insert_with(|| {
            let before = Step {
                world: step.world.other(),
                from: None,
                ..*step
            };
            trail::build(lab, Mode::None, &before);
            trail::build(lab, Mode::None, step)
        })
    }
}
