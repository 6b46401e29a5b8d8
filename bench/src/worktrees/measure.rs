//! All builds of one contender.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use sccache_shell_e2e::machine;
use sccache_shell_e2e::output::Output;

use super::arguments::Arguments;
use super::contender::{Contender, Kind};
use super::counted::Counted;
use super::project::Project;
use crate::progress;

/// A build that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Step {
    Cold,
    Again,
    Members,
    Second,
    Branch,
    Other,
    NoOp,
    Edit,
}

impl Step {
    pub(crate) const ALL: [Self; 8] = [
        Self::Cold,
        Self::Again,
        Self::Members,
        Self::Second,
        Self::Branch,
        Self::Other,
        Self::NoOp,
        Self::Edit,
    ];

    /// Its name in the table.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Cold => "first build, empty cache",
            Self::Again => "again after `cargo clean`",
            Self::Members => "the members alone, again",
            Self::Second => "first build in another worktree",
            Self::Branch => "first build of another branch",
            Self::Other => "first build in another project",
            Self::NoOp => "nothing to do",
            Self::Edit => "one line edited in a member",
        }
    }

    /// Its name in the JSON.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Again => "again",
            Self::Members => "members",
            Self::Second => "worktree",
            Self::Branch => "branch",
            Self::Other => "project",
            Self::NoOp => "no-op",
            Self::Edit => "edit",
        }
    }
}

/// A measured build.
pub(crate) struct Build {
    pub(crate) step: Step,
    pub(crate) took: Duration,
    /// Processor seconds, if the system reports them.
    pub(crate) cpu: Option<f64>,
    pub(crate) counted: Counted,
    /// What missed, without members.
    pub(crate) missed: BTreeSet<String>,
}

/// All builds of one contender in one round.
pub(crate) struct Measured {
    pub(crate) kind: Kind,
    pub(crate) builds: Vec<Build>,
}

/// Measures one contender, from an empty cache on.
pub(crate) fn run(kind: Kind, arguments: &Arguments) -> Measured {
    let contender = Contender::start(kind);
    let project = Project::make(&contender, arguments);
    let mut way = Way {
        contender: &contender,
        project: &project,
        builds: Vec::new(),
    };
    let Project {
        first, second, branch, ..
    } = &project;
    way.build(Step::Cold, first);
    way.clean(first);
    way.build(Step::Again, first);
    let members = project.members.iter().flat_map(|member| ["--package", member.as_str()]);
    way.cargo(
        first,
        &["clean", "--quiet", "--offline"]
            .into_iter()
            .chain(members)
            .collect::<Vec<_>>(),
    );
    way.build(Step::Members, first);
    way.build(Step::Second, second);
    project.edit(branch);
    way.build(Step::Branch, branch);
    if let Some(other) = &project.other {
        way.build(Step::Other, other);
    }
    way.build(Step::NoOp, second);
    project.edit(second);
    way.build(Step::Edit, second);
    let builds = way.builds;
    contender.stop();
    Measured { kind, builds }
}

const BUILD: &[&str] = &["build", "--workspace", "--locked", "--offline"];

struct Way<'a> {
    contender: &'a Contender,
    project: &'a Project,
    builds: Vec<Build>,
}

impl Way<'_> {
    fn build(&mut self, step: Step, dir: &Path) {
        self.measure(step, |way| way.cargo(dir, BUILD));
    }

    fn measure(&mut self, step: Step, run: impl FnOnce(&Self)) {
        // So that what earlier builds wrote is on disk before each build of each contender.
        drop(Output::of(&mut Command::new("sync")));
        let before = self.contender.counted();
        let cpu = self.contender.cpu();
        let start = Instant::now();
        run(self);
        let took = start.elapsed();
        let cpu = self.contender.cpu().zip(cpu).map(|(after, before)| after - before);
        let counted = self.contender.counted().since(&before);
        progress(&format!("  {:<44} {:>7.1} s", step.title(), took.as_secs_f64()));
        let own = [&self.project.members[..], &self.project.others].concat();
        let missed = counted.missed_outside(&own);
        self.builds.push(Build {
            step,
            took,
            cpu,
            counted,
            missed,
        });
    }

    /// mbx keeps the target directory elsewhere, and has its own command to clean it.
    fn clean(&self, dir: &Path) {
        let mut clean = self.contender.builder();
        drop(Output::of(clean.current_dir(dir).arg("clean")).ok());
    }

    fn cargo(&self, dir: &Path, args: &[&str]) {
        let mut cargo = match args {
            ["build", ..] => self.contender.builder(),
            _ => self.contender.command(machine::program("cargo")),
        };
        drop(Output::of(cargo.current_dir(dir).args(args)).ok());
    }
}
