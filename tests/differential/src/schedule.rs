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

/// What becomes of crates that are edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edits {
    /// They go through the cache, as all others.
    Cached,
    /// They are compiled incrementally, and another commit has been checked out.
    Switched,
    /// They are compiled incrementally, and no other commit has been checked out.
    InPlace,
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
    /// The world from which it is switched, with the target directory in place; `None`: the target directory is
    /// removed first.
    pub from: Option<World>,
    /// How the world's files came to be there.
    pub edits: Edits,
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
        edits: Edits::Switched,
    };
    let changed = |name, tree, world: World, edits| Step {
        name,
        tree,
        world,
        from: Some(world.other()),
        edits,
    };
    let mut steps = vec![
        clean("empty cache", Tree::One, first),
        clean("another worktree, other input", Tree::Two, other),
        clean(SHARED, Tree::Two, first),
        clean("again, target removed", Tree::One, first),
        changed("input changed", Tree::One, other, Edits::Cached),
        changed("input changed back", Tree::One, first, Edits::Switched),
        changed("input edited", Tree::One, other, Edits::InPlace),
        changed("input edited back", Tree::One, first, Edits::InPlace),
    ];
    if project {
        steps.push(clean("another project, other input", Tree::Project, other));
        let name = "another project, input changed";
        steps.push(changed(name, Tree::Project, first, Edits::Switched));
    }
    steps
}
