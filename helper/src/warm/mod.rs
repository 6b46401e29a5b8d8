//! A new worktree's first build directory: units of registry and git packages, copied from the worktree of the same
//! repository that fits best. Workspace members and path crates are never copied: cargo judges them by times alone
//! and would take another branch's code for fresh.

mod copy;
pub(crate) mod dep_info;
pub(crate) mod fingerprint;
pub(crate) mod included;
pub(crate) mod layout;
mod lock;
pub(crate) mod old_paths;
pub(crate) mod packages;
mod parallel;
mod share;
mod source;
mod unit;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::facts::build_dir;
use crate::facts::cargo::Cargo;
use crate::facts::environment::Environment;
use crate::facts::workspace::{NoAnswer, Toolchain, Workspace};
use crate::facts::worktrees::Repository;
use crate::read;
use crate::wrapper;
use copy::Parcel;
use lock::LockError;
use packages::{Homes, Wanted};
use source::{Needs, Project, Source};
use unit::Verdict;

pub use unit::Why;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The project to copy from, instead of a sibling.
    pub from: Option<PathBuf>,
    /// Only look.
    pub dry_run: bool,
    /// Only where cargo has not built anything.
    pub if_new: bool,
}

/// Who looks on while units are copied.
pub trait Watch: Sync {
    /// So many bytes will be copied.
    fn begin(&self, bytes: u64);
    /// A unit of so many bytes is there.
    fn copied(&self, bytes: u64);
    /// Whether to go on.
    fn go_on(&self) -> bool;
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was done, and why.
    Nothing(Nothing),
    /// Units were copied, or would be.
    Copied(Summary),
}

/// Why there was nothing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nothing {
    /// Cargo has built something here already, and only a new worktree was asked for.
    NotNew,
    /// This is no worktree of a repository that has others.
    NoSibling,
    /// This worktree and the other build in one directory.
    OneBuildDir(PathBuf),
    /// None of these worktrees has anything that fits.
    NothingFits(Vec<PathBuf>),
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// The worktree from which.
    pub from: PathBuf,
    /// The build directory to which.
    pub to: PathBuf,
    /// Units copied, or to be copied.
    pub units: usize,
    /// Their size.
    pub bytes: u64,
    /// Files copied.
    pub files: usize,
    /// Of these, shared copy-on-write.
    pub shared: usize,
    /// Packages with a unit that is left to cargo, by the reason.
    pub left: BTreeMap<Why, BTreeSet<String>>,
    /// Units that were written to meanwhile, or could not be read.
    pub changed: usize,
    /// Whether somebody stopped it.
    pub stopped: bool,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// How long it took.
    pub took: Duration,
}

impl Summary {
    /// Whether there was not one unit to copy.
    pub fn is_nothing(&self) -> bool {
        self.units == 0 && !self.stopped
    }
}

/// Why it could not be done. Nothing that is not whole is left.
#[derive(Debug)]
pub enum WarmError {
    /// Cargo or rustc said nothing.
    NoAnswer(NoAnswer),
    /// A build runs in this directory.
    Busy(PathBuf),
    /// This profile's directory has a layout that is not known.
    UnknownLayout(PathBuf),
    /// There is no such project.
    NoProject(PathBuf),
    /// A file, and the system's words.
    Io(PathBuf, io::Error),
}

impl fmt::Display for WarmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer(error) => error.fmt(f),
            Self::Busy(dir) => write!(f, "cargo is building in {}: try again when it is done", dir.display()),
            Self::UnknownLayout(dir) => write!(
                f,
                "{} has a layout that this version does not know: nothing was copied",
                dir.display()
            ),
            Self::NoProject(dir) => write!(f, "{} is no directory", dir.display()),
            Self::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for WarmError {}

impl From<NoAnswer> for WarmError {
    fn from(error: NoAnswer) -> Self {
        Self::NoAnswer(error)
    }
}

impl From<LockError> for WarmError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy(dir) => Self::Busy(dir),
            LockError::Io(path, error) => Self::Io(path, error),
        }
    }
}

/// Copies what the workspace around the environment's working directory can use.
pub fn run(env: &Environment, request: &Request, watch: &dyn Watch) -> Result<Outcome, WarmError> {
    let start = Instant::now();
    if request.if_new && !is_new(env) {
        return Ok(Outcome::Nothing(Nothing::NotNew));
    }
    let toolchain = Toolchain::read(env, env.cwd())?;
    let workspace = toolchain.workspace(env.cwd())?;
    let needs = needs(env, &toolchain, &workspace);
    let projects = match &request.from {
        Some(dir) => vec![Project::at(&env.cwd().join(dir))?],
        None => Project::siblings(env, &workspace.root),
    };
    let source = match source::choose(env, &projects, &toolchain, &needs, request.from.is_some())? {
        Ok(source) => source,
        Err(nothing) => return Ok(Outcome::Nothing(nothing)),
    };
    let mut summary = Summary {
        from: source.worktree.clone(),
        to: needs.build_dir.clone(),
        dry_run: request.dry_run,
        ..Summary::default()
    };
    // No build writes to the source from here on.
    let _reading = lock::shared(source.profiles(&source.build_dir.root))?;
    let plan = plan(&source, &needs, &mut summary);
    if request.dry_run || plan.is_empty() {
        summary.units = plan.len();
        summary.bytes = plan.iter().map(|(_, parcel)| parcel.bytes).sum();
    } else {
        mark_as_cache(&source.build_dir.root, &needs.build_dir)?;
        let _writing = lock::exclusive(source.profiles(&needs.build_dir))?;
        // A build may have run here meanwhile.
        let verdicts = source.verdicts(&needs, false);
        let plan = plan.into_iter().filter(|(index, _)| verdicts[*index] == Verdict::Take);
        let (taken, parcels): (Vec<usize>, Vec<Parcel>) = plan.unzip();
        keep_copies(env, &source, &needs, &taken);
        parallel::copy(&parcels, &source.build_dir.root, watch, &mut summary)?;
    }
    summary.took = start.elapsed();
    Ok(Outcome::Copied(summary))
}

/// Whether nothing is built here and a sibling has something; by files alone, since every shell's door asks.
fn is_new(env: &Environment) -> bool {
    let repository = Repository::around(env.cwd());
    repository.is_some_and(|repository| build_dir::built_sibling(env, &repository).is_some())
}

fn needs(env: &Environment, toolchain: &Toolchain, workspace: &Workspace) -> Needs {
    let cargo = Cargo::read(&env.at(&workspace.root));
    Needs {
        build_dir: workspace.build_dir().to_owned(),
        rustc_version: toolchain.rustc_version.clone(),
        sysroot: toolchain.sysroot.clone(),
        homes: Homes::new(&cargo.home.map(|home| home.value).unwrap_or_default()),
        out_dirs: wrapper::copies_dir(env),
        wanted: Wanted::read(&workspace.root),
        rustflags: cargo.rustflags.into_iter().map(|flag| flag.value).collect(),
        variables: cargo.variables,
    }
}

/// A build directory that is made here gets what cargo gives a new one, so that backups pass it over.
fn mark_as_cache(from: &Path, to: &Path) -> Result<(), WarmError> {
    const TAG: &str = "CACHEDIR.TAG";
    if to.exists() {
        return Ok(());
    }
    let made = fs::create_dir_all(to).and_then(|()| match read::bytes(&from.join(TAG), read::MAX_WRITTEN) {
        Ok(tag) => fs::write(to.join(TAG), tag),
        Err(_) => Ok(()),
    });
    made.map_err(|error| WarmError::Io(to.to_owned(), error))
}

/// Keeps what the wrapper copied by its content for these units, whose artifacts name it, for as long as the
/// worktree has them. Where that cannot be noted cargo builds a unit anew when its copy is gone.
fn keep_copies(env: &Environment, source: &Source, needs: &Needs, units: &[usize]) {
    let named = units
        .iter()
        .flat_map(|&unit| source.copies_named(&source.build_dir.units[unit], needs));
    for (copy, out_dir) in named {
        let _ = wrapper::keep_copy(env, &copy, &needs.build_dir.join(out_dir));
    }
}

/// The units that are copied, by their index, and in the summary those that are not.
fn plan(source: &Source, needs: &Needs, summary: &mut Summary) -> Vec<(usize, Parcel)> {
    let root = &source.build_dir.root;
    let mut plan = Vec::new();
    let verdicts = source.verdicts(needs, true);
    for (index, (unit, verdict)) in source.build_dir.units.iter().zip(verdicts).enumerate() {
        match verdict {
            Verdict::Take => match Parcel::of(unit, root) {
                Ok(parcel) => plan.push((index, parcel)),
                Err(_) => summary.changed += 1,
            },
            Verdict::Have | Verdict::Leave(Why::NotWanted) => {}
            Verdict::Leave(why) => {
                summary.left.entry(why).or_default().insert(unit.place.package.clone());
            }
        }
    }
    plan
}
