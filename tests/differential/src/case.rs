//! A case, and the little language it is written in.
//!
//! ```text
//! A file that include_str! takes in.          what it is about, one line
//! place: member git                           where the crates other than the program stand: each is a round
//! run: run                                    what is run, by cargo; several lines, in this order (default: run)
//! run 2: run --features x                     a number: only in that world
//! set 2: NAME=value                           a variable of the environment
//! uses: app dep, dep mac                      who depends on whom (default: app dep, dep mac)
//! trees: one, with space                      names of the worktrees' directories
//! same: git                                   the places in which both worlds show the same, on purpose
//! fails 2: yes                                cargo fails, as it should
//! needs: cargo-clippy                         programs without which the case is left out
//! quick: git                                  the places in which it is in the test run too (default: none)
//! -- dep/src/lib.rs --                        a file of both worlds
//! …
//! -- 2 dep/data.txt --                        a file of one world
//! -- lab:bin/cc --                            a file outside of the worktrees; executable if it begins with #!
//! -- dep/current --                           a link, if its text is `@link TARGET`
//! @link v1
//! ```
//!
//! Manifests need only say what is unusual: see [`crate::manifest`]. `@lab@` is the directory in which all worktrees
//! stand, `@root@` (variables only) the worktree's own, `@path@` the PATH.

use std::collections::BTreeMap;

use crate::place::Place;

/// One of the two worlds in which everything but one input is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum World {
    /// The one that is built first in most orders.
    First,
    /// The one with the other input.
    Second,
}

impl World {
    /// Both.
    pub const ALL: [Self; 2] = [Self::First, Self::Second];

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::First,
        }
    }

    /// `1` or `2`, as a case file and the reports have it.
    pub fn number(self) -> char {
        match self {
            Self::First => '1',
            Self::Second => '2',
        }
    }
}

/// Path to text.
pub type Files = BTreeMap<String, String>;

/// What a case says of one world.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// Files of the worktree, by their path in it.
    pub files: Files,
    /// Files outside of the worktrees, by their path in the lab.
    pub lab: Files,
    /// Variables.
    pub set: Vec<(String, String)>,
    /// Arguments of cargo, a line each.
    pub run: Vec<Vec<String>>,
    /// Whether one of them fails, as it should.
    pub fails: bool,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The file's name without its ending.
    pub name: String,
    /// What it is about.
    pub about: String,
    /// Where the crates under test stand.
    pub places: Vec<Place>,
    /// The places in which it is in the test run.
    pub quick: Vec<Place>,
    /// The programs without which it cannot run.
    pub needs: Vec<String>,
    /// The places in which both worlds show the same.
    pub same: Vec<Place>,
    /// Who depends on whom.
    pub uses: Option<Vec<(String, String)>>,
    /// Names of the two worktrees' directories.
    pub trees: [String; 2],
    worlds: [Contents; 2],
}

impl Case {
    /// What it says of `world`.
    pub fn world(&self, world: World) -> &Contents {
        &self.worlds[world as usize]
    }

    /// Reads a case.
    ///
    /// # Errors
    /// The first line that makes no sense.
    pub fn parse(name: &str, text: &str) -> Result<Self, String> {
        let mut lines = text.lines();
        let mut case = Self {
            name: name.to_owned(),
            about: lines.next().unwrap_or_default().to_owned(),
            places: vec![Place::Member],
            quick: Vec::new(),
            needs: Vec::new(),
            same: Vec::new(),
            uses: None,
            trees: ["one".to_owned(), "second-tree".to_owned()],
            worlds: Default::default(),
        };
        let mut file: Option<Heading> = None;
        for line in lines {
            if let Some(heading) = Heading::parse(line) {
                case.begin(&heading);
                file = Some(heading);
            } else if let Some(heading) = &file {
                case.append(heading, line);
            } else if !line.trim().is_empty() {
                case.header(line).map_err(|why| format!("{name}: {why}: {line}"))?;
            }
        }
        case.default_run();
        Ok(case)
    }

    fn begin(&mut self, heading: &Heading) {
        for world in heading.worlds() {
            let files = self.files(world, heading.lab);
            files.insert(heading.path.clone(), String::new());
        }
    }

    fn append(&mut self, heading: &Heading, line: &str) {
        for world in heading.worlds() {
            let text = self.files(world, heading.lab).entry(heading.path.clone()).or_default();
            text.push_str(line);
            text.push('\n');
        }
    }

    fn files(&mut self, world: World, lab: bool) -> &mut Files {
        let contents = &mut self.worlds[world as usize];
        if lab { &mut contents.lab } else { &mut contents.files }
    }

    fn header(&mut self, line: &str) -> Result<(), &'static str> {
        let (key, value) = line.split_once(':').ok_or("no colon")?;
        let value = value.trim();
        let (key, worlds) = numbered(key);
        match key {
            "place" => self.places = places(value)?,
            "quick" => self.quick = places(value)?,
            "needs" => self.needs = words(value).map(str::to_owned).collect(),
            "same" => self.same = places(value)?,
            "uses" => self.uses = Some(edges(value).ok_or("not two words")?),
            "trees" => {
                let (one, two) = value.split_once(", ").ok_or("not two names")?;
                self.trees = [one.to_owned(), two.to_owned()];
            }
            "fails" => self.each(worlds, |of| of.fails = true),
            "run" => self.each(worlds, |of| of.run.push(words(value).map(str::to_owned).collect())),
            "set" => {
                let (name, value) = value.split_once('=').ok_or("no variable")?;
                self.each(worlds, |of| of.set.push((name.to_owned(), value.to_owned())));
            }
            _ => return Err("unknown"),
        }
        Ok(())
    }

    fn each(&mut self, worlds: &[World], mut change: impl FnMut(&mut Contents)) {
        for world in worlds {
            change(&mut self.worlds[*world as usize]);
        }
    }

    fn default_run(&mut self) {
        self.each(&World::ALL, |of| {
            if of.run.is_empty() {
                of.run.push(vec!["run".to_owned()]);
            }
        });
    }
}

/// A line that begins a file.
struct Heading {
    world: Option<World>,
    lab: bool,
    path: String,
}

impl Heading {
    fn parse(line: &str) -> Option<Self> {
        let inner = line.strip_prefix("-- ")?.strip_suffix(" --")?;
        let (world, path) = match (inner.strip_prefix("1 "), inner.strip_prefix("2 ")) {
            (Some(path), _) => (Some(World::First), path),
            (_, Some(path)) => (Some(World::Second), path),
            _ => (None, inner),
        };
        let lab = path.strip_prefix("lab:");
        Some(Self {
            world,
            lab: lab.is_some(),
            path: lab.unwrap_or(path).to_owned(),
        })
    }

    fn worlds(&self) -> Vec<World> {
        self.world.map_or(World::ALL.to_vec(), |world| vec![world])
    }
}

/// `set 2` is `set` of the second world.
fn numbered(key: &str) -> (&str, &'static [World]) {
    match (key.strip_suffix(" 1"), key.strip_suffix(" 2")) {
        (Some(key), _) => (key, &[World::First]),
        (_, Some(key)) => (key, &[World::Second]),
        _ => (key, &World::ALL),
    }
}

fn places(text: &str) -> Result<Vec<Place>, &'static str> {
    words(text).map(Place::parse).collect::<Option<_>>().ok_or("no place")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
}

fn edges(text: &str) -> Option<Vec<(String, String)>> {
    let edge = |pair: &str| pair.trim().split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned()));
    text.split(',').map(edge).collect()
}
