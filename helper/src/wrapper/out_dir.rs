//! OUT_DIR by content.
//!
//! A crate that includes what its build script generated (`include!(concat!(env!("OUT_DIR"), "/x.rs"))`) has
//! the target directory's path in its key and in its artifact, and so everything that depends on it
//! (mozilla/sccache 2870). Here rustc gets another OUT_DIR: an exact, read-only copy at a path that is made of
//! its content. Equal content, equal path, equal key, equal artifact; and a path that ends up in the artifact
//! stays good when the target directory is gone.
//!
//! Only what reads files of OUT_DIR is compiled so. A crate that takes the path alone may write there later, as
//! `scratch` does for `cxx-build`: after the compile rustc's dep-info says which of the two it was. What read no file,
//! did not compile, or wrote to the copy, is compiled as if nothing had been moved. What does not look as if it read
//! any is compiled like that at once, and with a copy only if it did. Either is known the next time.

mod ageing;
pub(crate) mod asked;
mod copies;
pub(crate) mod dep_info;
mod known;
mod likely;
mod store;
mod tree;
pub(crate) mod uses;

use std::ffi::OsString;
use std::fmt;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use crate::facts::environment::Environment;
pub use copies::{Copies, copies};
pub(crate) use copies::{copies_dir, keep_copy};

use asked::{Asked, NotAsked};
use dep_info::Use;
use known::{Habit, Known};
use store::Store;
use tree::Tree;

const OUT_DIR: &str = "OUT_DIR";

/// What becomes of a call's OUT_DIR.
#[derive(Debug, Default)]
pub(super) enum Outcome {
    /// The call has none.
    #[default]
    None,
    /// It is moved.
    Moved(Box<Moved>),
    /// It stays, unless the compile turns out to read files of it.
    Watched(Box<Watched>),
    /// It stays as it is.
    Plain(Why),
}

/// An OUT_DIR that a copy could replace.
#[derive(Debug)]
pub(super) struct Watched {
    /// The OUT_DIR that cargo gave.
    from: PathBuf,
    /// Every variable that lies in it, and where in it.
    names: Vec<(OsString, PathBuf)>,
    dep_info: PathBuf,
    store: Store,
    known: Known,
}

/// A copy that takes the place of OUT_DIR.
#[derive(Debug)]
pub(super) struct Moved {
    /// The OUT_DIR that cargo gave.
    pub(super) from: PathBuf,
    /// The copy.
    pub(super) to: PathBuf,
    /// Every variable that lay in it, with the value that lies in the copy.
    pub(super) variables: Vec<(OsString, OsString)>,
    tree: Tree,
    dep_info: PathBuf,
    store: Store,
    known: Known,
}

/// Why an OUT_DIR stays as it is.
#[derive(Debug)]
pub(super) enum Why {
    /// The call is none that is looked at.
    NotAsked(NotAsked),
    /// There is nothing in it to read.
    Empty,
    /// The crate is known to read no file of it.
    Known,
    /// The crate is known not to do with a copy.
    KnownToNeedIt,
    /// A variable's value begins in OUT_DIR and leads out of it.
    Leaves(OsString),
    /// It cannot be copied.
    Tree(tree::Fault),
    /// There is no place for copies.
    NoPlace(Option<io::Error>),
    /// The compile with the copy failed.
    Failed,
    /// The crate does not compile at all.
    DoesNotCompile,
    /// The compile with the copy wrote to it.
    Written,
    /// The compile read no file of it.
    ReadNothing,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAsked(NotAsked::CrateType) => f.write_str("not a library or proc macro"),
            Self::NotAsked(NotAsked::OwnCode) => f.write_str("a crate of the workspace, or by path"),
            Self::NotAsked(NotAsked::NoDepInfo) => f.write_str("no dep-info is written"),
            Self::NotAsked(NotAsked::Inside) => f.write_str("a compile that writes into it"),
            Self::NotAsked(NotAsked::Remapped) => f.write_str("--remap-path-prefix gives it another name"),
            Self::NotAsked(NotAsked::UnseenLibrary) => {
                f.write_str("a static library with modifiers, which sccache does not hash")
            }
            Self::Empty => f.write_str("empty"),
            Self::Known => f.write_str("the crate reads no file of it"),
            Self::KnownToNeedIt => f.write_str("the crate does not do with a copy of it"),
            Self::Leaves(name) => write!(f, "{} leads out of it", name.display()),
            Self::Tree(fault) => fault.fmt(f),
            Self::NoPlace(Some(error)) => write!(f, "no place for copies: {error}"),
            Self::NoPlace(None) => f.write_str("no place for copies: neither HOME nor XDG_CACHE_HOME"),
            Self::Failed => f.write_str("the crate did not compile with a copy of it"),
            Self::DoesNotCompile => f.write_str("the crate did not compile"),
            Self::Written => f.write_str("the compile wrote to it"),
            Self::ReadNothing => f.write_str("the crate read no file of it"),
        }
    }
}

/// Makes or finds the copy for a rustc call, whose arguments these are (without the compiler's name).
pub(super) fn plan(args: &[OsString], env: &Environment) -> Outcome {
    match env.path(OUT_DIR) {
        None => Outcome::None,
        Some(from) => planned(args, env, from).unwrap_or_else(Outcome::Plain),
    }
}

fn planned(args: &[OsString], env: &Environment, from: &Path) -> Result<Outcome, Why> {
    let asked = asked::read(args, from).map_err(Why::NotAsked)?;
    let names = lying_in(env, from)?;
    let root = store::root(env).ok_or(Why::NoPlace(None))?;
    if fs::read_dir(from).is_ok_and(|mut dir| dir.next().is_none()) {
        return Err(Why::Empty);
    }
    let store = Store::open(root).map_err(|error| Why::NoPlace(Some(error)))?;
    let known = Known::of(&store, &asked, env.get("CARGO_MANIFEST_DIR"));
    let reads_files = match known.habit() {
        Some(Habit::ReadsNothing) => return Err(Why::Known),
        Some(Habit::NeedsItself) => return Err(Why::KnownToNeedIt),
        Some(Habit::ReadsFiles) => true,
        None => looks_like_it(&asked, &names),
    };
    let watched = Watched {
        from: from.to_owned(),
        names,
        dep_info: env.cwd().join(&asked.dep_info),
        store,
        known,
    };
    if reads_files {
        watched.moved().map(|moved| Outcome::Moved(Box::new(moved)))
    } else {
        Ok(Outcome::Watched(Box::new(watched)))
    }
}

fn looks_like_it(asked: &Asked<'_>, names: &[(OsString, PathBuf)]) -> bool {
    let names: Vec<&[u8]> = names.iter().map(|(name, _)| name.as_bytes()).collect();
    likely::includes_files(asked.source, &names)
}

/// The variables whose values lie in `dir`, and where in it. A value with a colon is a list of paths, as for the
/// loader, and stays: its directories stay too.
fn lying_in(env: &Environment, dir: &Path) -> Result<Vec<(OsString, PathBuf)>, Why> {
    let mut found = Vec::new();
    for (name, value) in env.vars() {
        let Some(rest) = below(Path::new(value), dir) else {
            continue;
        };
        if rest.components().any(|part| part == Component::ParentDir) {
            return Err(Why::Leaves(name.to_owned()));
        }
        found.push((name.to_owned(), rest.to_owned()));
    }
    Ok(found)
}

fn below<'a>(value: &'a Path, dir: &Path) -> Option<&'a Path> {
    let is_list = value.as_os_str().as_bytes().contains(&b':');
    if is_list { None } else { value.strip_prefix(dir).ok() }
}

/// `Path::join` with nothing would end in a slash, and another path is another key.
fn join(dir: &Path, rest: &Path) -> OsString {
    if rest.as_os_str().is_empty() {
        dir.as_os_str().to_owned()
    } else {
        dir.join(rest).into_os_string()
    }
}

impl Watched {
    /// Makes or finds the copy.
    fn moved(self) -> Result<Moved, Why> {
        let tree = Tree::read(&self.from).map_err(Why::Tree)?;
        if tree.is_empty() {
            return Err(Why::Empty);
        }
        let to = self.store.copy_of(&tree, &self.from).map_err(Why::Tree)?;
        let variables = self.names.into_iter().map(|(name, rest)| (name, join(&to, &rest)));
        Ok(Moved {
            variables: variables.collect(),
            from: self.from,
            to,
            tree,
            dep_info: self.dep_info,
            store: self.store,
            known: self.known,
        })
    }

    /// Judges a compile with the directory itself after it succeeded: the copy to compile with once more if it read
    /// files, else the reason why it is done.
    pub(super) fn judge(self) -> Result<Moved, Why> {
        let variables = self.names.iter().map(|(name, _)| name.as_os_str());
        match dep_info::use_of(&self.dep_info, &self.from, variables) {
            Ok(Use::Files) => self.moved(),
            Ok(Use::PathOnly | Use::Nothing) => {
                let _ = self.known.note(Habit::ReadsNothing);
                Err(Why::ReadNothing)
            }
            Err(_) => Err(Why::ReadNothing),
        }
    }
}

impl Moved {
    /// Judges a compile with the copy after it succeeded: the crate may keep the artifact only if it read files of the
    /// copy, and wrote none. Else the reason why it is compiled once more, plainly.
    pub(super) fn judge(&self) -> Result<(), Why> {
        let variables = self.variables.iter().map(|(name, _)| name.as_os_str());
        match dep_info::use_of(&self.dep_info, &self.to, variables) {
            Ok(Use::Files) if !self.tree.is_untouched(&self.to) => {
                let _ = self.known.note(Habit::NeedsItself);
                Err(Why::Written)
            }
            Ok(Use::Files) => {
                let _ = self.known.note(Habit::ReadsFiles);
                self.keep()
            }
            // Nothing of the copy is in the artifact.
            Ok(Use::Nothing) => {
                let _ = self.known.note(Habit::ReadsNothing);
                Ok(())
            }
            Ok(Use::PathOnly) => {
                let _ = self.known.note(Habit::ReadsNothing);
                Err(Why::ReadNothing)
            }
            Err(_) => Err(Why::Failed),
        }
    }

    /// What is learnt from a compile that failed with the copy and printed this, when it succeeded without. Only what
    /// names the copy tells of the crate; anything else may have been the machine.
    pub(super) fn learn_from(&self, printed: &[u8]) {
        if memchr::memmem::find(printed, self.to.as_os_str().as_bytes()).is_some() {
            let _ = self.known.note(Habit::NeedsItself);
        }
    }

    /// Notes that the artifact names the copy; without that note the copy might be removed too early.
    fn keep(&self) -> Result<(), Why> {
        let name = self.to.file_name().unwrap_or_default().to_string_lossy();
        let noted = self
            .store
            .lock(rustix::fs::FlockOperation::LockShared)
            .and_then(|_lock| self.store.uses(&name).add(&self.from));
        let _ = ageing::run(&self.store, SystemTime::now());
        noted.map_err(|error| Why::NoPlace(Some(error)))
    }
}

#[cfg(test)]
#[path = "out_dir/tests.rs"]
mod tests;
