//! Which units of a build directory another worktree may have. Cargo trusts what it finds: a unit of a registry or of
//! a git commit it never looks at again, any other it judges by times alone, which say nothing about another checkout.
//! So a unit is taken only if nothing that went into it can differ there.

use std::collections::{BTreeSet, HashMap};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use super::dep_info::DepInfo;
use super::fingerprint::Kind;
use super::included::only_includes;
use super::layout::{BuildDir, Unit};
use super::old_paths::OldPaths;
use super::packages::{Homes, Package, Wanted, normal};
use crate::read;

/// The most bytes of a source that is looked through; generated ones have some millions.
const MAX_SOURCE: u64 = 32 << 20;

/// Why a unit is left to cargo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Its sources can change: a member, a path dependency, one that is vendored or patched.
    CanChange,
    /// It names the worktree that it was built in, and nobody would change that.
    NamesOldPath,
    /// Its script was run with other variables from cargo's configuration, and does not say whether it reads them.
    OtherVariables,
    /// A unit that it needs is left.
    NeedsAnother,
    /// The lock file does not ask for it, or another rustc built it.
    NotWanted,
    /// The worktree has one of its own.
    IsThere,
}

/// What becomes of a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It can be copied.
    Take,
    /// An earlier run copied it.
    Have,
    /// Cargo builds it.
    Leave(Why),
}

/// What decides.
pub(crate) struct Judge<'a> {
    pub(crate) source: &'a BuildDir,
    pub(crate) target: &'a Path,
    pub(crate) old: OldPaths,
    pub(crate) homes: &'a Homes,
    /// Where the wrapper keeps copies of OUT_DIRs by their content.
    pub(crate) out_dirs: Option<&'a Path>,
    /// Variables that cargo's configuration gives another value in the source.
    pub(crate) other_variables: &'a BTreeSet<String>,
    pub(crate) wanted: &'a Wanted,
    /// The hash of our rustc's version; `None` takes any.
    pub(crate) rustc: Option<u64>,
    /// Whether every file in an OUT_DIR is searched for old paths, which takes a while.
    pub(crate) reads_out_dirs: bool,
}

impl Judge<'_> {
    /// A verdict for each unit of the source.
    pub(crate) fn verdicts(&self) -> Vec<Verdict> {
        let mut judging = Judging {
            judge: self,
            by_hash: HashMap::new(),
            known: vec![None; self.source.units.len()],
        };
        for (index, unit) in self.source.units.iter().enumerate() {
            judging.by_hash.entry(unit.fingerprint.hash).or_default().push(index);
        }
        (0..self.source.units.len())
            .map(|index| judging.verdict(index))
            .collect()
    }

    /// The unit by itself, whatever it needs. `runs` are the build scripts' runs that it needs.
    fn own(&self, unit: &Unit, needs: &[&Unit]) -> Result<(), Why> {
        if self.rustc.is_some_and(|rustc| rustc != unit.fingerprint.rustc) {
            return Err(Why::NotWanted);
        }
        let package = match unit.fingerprint.kind {
            Kind::Library | Kind::BuildScript => self.compiled(unit, needs)?,
            Kind::Run => self.run(unit, needs)?,
            Kind::Other => return Err(Why::CanChange),
        };
        if self.wanted.has(&package) {
            Ok(())
        } else {
            Err(Why::NotWanted)
        }
    }

    /// A compiled unit's package, if it was made of that package and of OUT_DIRs that are judged themselves.
    fn compiled(&self, unit: &Unit, needs: &[&Unit]) -> Result<Package, Why> {
        let dep_info = unit
            .dep_info(&self.source.root)
            .and_then(|path| DepInfo::read(&path))
            .ok_or(Why::CanChange)?;
        let out_dirs: Vec<OutDir> = needs.iter().flat_map(|need| self.out_dirs_of(need)).collect();
        let mut package = None;
        let mut sources = Vec::new();
        for source in &dep_info.sources {
            let source = normal(source).ok_or(Why::CanChange)?;
            let generated = out_dirs
                .iter()
                .find_map(|dir| Some(dir.now.join(source.strip_prefix(&dir.named).ok()?)));
            if generated.is_none() && !self.out_dirs.is_some_and(|copies| source.starts_with(copies)) {
                package = Some(self.homes.package_of(&source).ok_or(Why::CanChange)?);
            }
            sources.push(generated.unwrap_or(source));
        }
        let names_old = |(name, value): &(String, String)| {
            let is_out_dir = name == "OUT_DIR" && out_dirs.iter().any(|dir| dir.named == Path::new(value));
            self.old.are_in_path(Path::new(value)) && !(is_out_dir && includes_only(&sources))
        };
        if dep_info.env.iter().any(names_old) {
            return Err(Why::NamesOldPath);
        }
        package.ok_or(Why::CanChange)
    }

    /// A build script's run, if neither its words nor its files name a place that stays behind.
    fn run(&self, unit: &Unit, needs: &[&Unit]) -> Result<Package, Why> {
        let script = needs
            .iter()
            .find(|need| need.fingerprint.kind == Kind::BuildScript)
            .ok_or(Why::CanChange)?;
        let package = self.compiled(script, &[])?;
        // Cargo compares these files' times. Absolute ones are in the output as they are; where others lead, nobody says.
        let climbs = |path: &PathBuf| path.components().any(|part| part == Component::ParentDir);
        if unit.fingerprint.watched.iter().any(climbs) {
            return Err(Why::NamesOldPath);
        }
        // Cargo compares those that the script names, and takes any other value for the same.
        let is_watched = |name: &String| unit.fingerprint.variables.contains(name);
        if !self.other_variables.iter().all(is_watched) {
            return Err(Why::OtherVariables);
        }
        let stdout =
            read::bytes(&self.source.root.join(unit.place.stdout()), read::MAX_MADE).map_err(|_| Why::CanChange)?;
        let moved = self.root_output(unit);
        if self.old.are_in(&stdout, moved.as_deref()) {
            return Err(Why::NamesOldPath);
        }
        let out_dir = self.source.root.join(unit.place.out_dir());
        if self.reads_out_dirs && self.names_old_path(&out_dir, &out_dir) {
            return Err(Why::NamesOldPath);
        }
        Ok(package)
    }

    /// The OUT_DIR of a build script's run by the names it may be known by.
    fn out_dirs_of(&self, run: &Unit) -> Vec<OutDir> {
        if run.fingerprint.kind != Kind::Run {
            return Vec::new();
        }
        let now = self.source.root.join(run.place.out_dir());
        let names = std::iter::once(now.clone()).chain(self.root_output(run));
        names
            .map(|named| OutDir {
                named,
                now: now.clone(),
            })
            .collect()
    }

    fn root_output(&self, run: &Unit) -> Option<PathBuf> {
        root_output(&self.source.root, run)
    }

    /// Whether anything in an OUT_DIR names an old path, or leads out of it. What cannot be read does, too.
    fn names_old_path(&self, dir: &Path, out_dir: &Path) -> bool {
        let Ok(entries) = fs::read_dir(dir) else {
            // A script need not have an OUT_DIR left.
            return dir.exists();
        };
        entries.into_iter().any(|entry| {
            let Ok((path, kind)) = entry.and_then(|entry| Ok((entry.path(), entry.file_type()?))) else {
                return true;
            };
            if kind.is_dir() {
                self.names_old_path(&path, out_dir)
            } else if kind.is_file() {
                self.old.are_in_file(&path).unwrap_or(true)
            } else if kind.is_symlink() {
                self.leads_out(&path, out_dir)
            } else {
                true
            }
        })
    }

    fn leads_out(&self, link: &Path, out_dir: &Path) -> bool {
        let Ok(target) = fs::read_link(link) else {
            return true;
        };
        if target.is_absolute() {
            return self.old.are_in_path(&target);
        }
        let real = fs::canonicalize(link).ok().zip(fs::canonicalize(out_dir).ok());
        !real.is_some_and(|(real, out_dir)| real.starts_with(out_dir))
    }
}

/// An OUT_DIR by a path that it is, or was, and where it is.
struct OutDir {
    named: PathBuf,
    now: PathBuf,
}

/// The OUT_DIR that a build script was run with, as cargo wrote it down.
pub(crate) fn root_output(root: &Path, run: &Unit) -> Option<PathBuf> {
    let path = read::bytes(&root.join(run.place.run_dir()).join("root-output"), read::MAX_WRITTEN).ok()?;
    Some(PathBuf::from(OsStr::from_bytes(&path))).filter(|path| path.is_absolute())
}

fn includes_only(sources: &[PathBuf]) -> bool {
    let texts: Option<Vec<String>> = sources
        .iter()
        .map(|source| {
            let bytes = read::bytes(source, MAX_SOURCE).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        })
        .collect();
    texts.is_some_and(|texts| only_includes(texts.iter().map(String::as_str)))
}

/// One pass over all units, each judged once.
struct Judging<'a> {
    judge: &'a Judge<'a>,
    by_hash: HashMap<u64, Vec<usize>>,
    known: Vec<Option<Verdict>>,
}

impl Judging<'_> {
    fn verdict(&mut self, index: usize) -> Verdict {
        if let Some(verdict) = self.known[index] {
            return verdict;
        }
        // Cargo's graph has no circles; a broken file might.
        self.known[index] = Some(Verdict::Leave(Why::NeedsAnother));
        let verdict = self.decide(index).unwrap_or_else(Verdict::Leave);
        self.known[index] = Some(verdict);
        verdict
    }

    fn decide(&mut self, index: usize) -> Result<Verdict, Why> {
        let unit = &self.judge.source.units[index];
        // One that was built anew since has another hash, and this unit is stale already.
        let needs: Option<Vec<usize>> = unit
            .fingerprint
            .deps
            .iter()
            .map(|hash| self.by_hash.get(hash))
            .collect::<Option<Vec<_>>>()
            .map(|found| found.into_iter().flatten().copied().collect());
        let known = needs.as_deref().unwrap_or_default();
        let units: Vec<&Unit> = known.iter().map(|&need| &self.judge.source.units[need]).collect();
        self.judge.own(unit, &units)?;
        let needs = needs.ok_or(Why::NeedsAnother)?;
        if needs
            .into_iter()
            .any(|need| matches!(self.verdict(need), Verdict::Leave(_)))
        {
            return Err(Why::NeedsAnother);
        }
        presence(unit, &self.judge.source.root, self.judge.target)
    }
}

/// Whether the worktree has the unit: then it must be this very one, or what was built on this one does not fit.
fn presence(unit: &Unit, source: &Path, target: &Path) -> Result<Verdict, Why> {
    let hash_file = unit.place.fingerprint_dir().join(&unit.fingerprint.file);
    let Ok(there) = read::bytes(&target.join(&hash_file), read::MAX_WRITTEN) else {
        return Ok(Verdict::Take);
    };
    let modified = |root: &Path| {
        fs::metadata(root.join(unit.invoked()))
            .and_then(|data| data.modified())
            .ok()
    };
    let is_same = read::bytes(&source.join(&hash_file), read::MAX_WRITTEN).is_ok_and(|here| here == there)
        && modified(source).is_some()
        && modified(source) == modified(target);
    if is_same { Ok(Verdict::Have) } else { Err(Why::IsThere) }
}
