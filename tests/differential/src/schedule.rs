//! The order in which a case's worlds are built, as data.

use std::fmt;

use crate::case::World;

/// A directory in which a workspace stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tree {
    /// The main worktree.
    One,
    /// A linked worktree of the same repository.
    Two,
    /// Another repository with the same files.
    Project,
}

impl Tree {
    /// All, in the order in which they are made.
    pub const ALL: [Self; 3] = [Self::One, Self::Two, Self::Project];
}

/// A build.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// What it is for.
    pub name: &'static str,
    /// Where.
    pub tree: Tree,
    /// Of what.
    pub world: World,
    /// The world from which it is switched, with the target directory in place; `None`: the target directory is removed first.
    pub from: Option<World>,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (world {})", self.name, self.world.number())
    }
}

/// The step whose artifacts come as hits from another worktree of the same content, if they do.
pub const SHARED: &str = "another worktree, same input";

/// The builds of one round: `first` is the world that meets an empty cache.
pub fn steps(first: World, project: bool) -> Vec<Step> {
    let other = first.other();
    let clean = |name, tree, world| Step {
        name,
        tree,
        world,
        from: None,
    };
    let switched = |name, tree, world: World| Step {
        name,
        tree,
        world,
        from: Some(world.other()),
    };
    let mut steps = vec![
        clean("empty cache", Tree::One, first),
        clean("another worktree, other input", Tree::Two, other),
        clean(SHARED, Tree::Two, first),
        clean("again, target removed", Tree::One, first),
        switched("input changed", Tree::One, other),
        switched("input changed back", Tree::One, first),
    ];
    if project {
        steps.push(clean("another project, other input", Tree::Project, other));
        steps.push(switched("another project, input changed", Tree::Project, first));
    }
    steps
}
