//! Which build directory a worktree is warmed from: the one with most units that it can use, which is the one of the
//! same rustc, CARGO_HOME, lock file and flags.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use rustc_stable_hash::StableSipHasher128;
use serde::Deserialize;

use super::dep_info::DepInfo;
use super::fingerprint::Kind;
use super::layout::{BuildDir, Unit};
use super::old_paths::OldPaths;
use super::packages::{Homes, Wanted};
use super::unit::{Judge, Verdict, root_output};
use super::{Nothing, WarmError};
use crate::facts::build_dir;
use crate::facts::cargo::{Cargo, Variable};
use crate::facts::environment::Environment;
use crate::facts::workspace::Toolchain;
use crate::facts::worktrees::Repository;
use crate::read;

/// What a worktree can use, read once.
#[derive(Debug)]
pub(crate) struct Needs {
    pub(crate) build_dir: PathBuf,
    pub(crate) rustc_version: String,
    /// Where that rustc is: another one may say the same of itself.
    pub(crate) sysroot: PathBuf,
    pub(crate) homes: Homes,
    /// Where the wrapper keeps copies of OUT_DIRs by their content.
    pub(crate) out_dirs: Option<PathBuf>,
    pub(crate) wanted: Wanted,
    /// Flags that cargo gives rustc here.
    pub(crate) rustflags: Vec<String>,
    /// Variables that cargo gives build scripts here.
    pub(crate) variables: BTreeMap<String, Variable>,
}

/// A build directory, and the directory that stays behind when something is copied out of it.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) worktree: PathBuf,
    pub(crate) build_dir: BuildDir,
    /// The hash in units that were built by the worktree's rustc; `None` where an unknown cargo hashed.
    rustc: Option<u64>,
    /// Names of the variables that cargo gives build scripts another value there.
    other_variables: BTreeSet<String>,
}

impl Source {
    /// Reads `build_dir`, to which `project` builds; `None` where the same rustc has built nothing.
    fn read(env: &Environment, project: &Project, build_dir: &Path, needs: &Needs) -> Option<Self> {
        let build_dir = BuildDir::read(build_dir);
        let ours = rustc_hash(&needs.rustc_version);
        let is_ours = build_dir.units.iter().any(|unit| unit.fingerprint.rustc == ours);
        let info = RustcInfo::read(&build_dir.root);
        if info.as_ref().is_some_and(|info| info.is_elsewhere(&needs.sysroot)) {
            return None;
        }
        let was_built_by_ours = info.is_some_and(|info| info.has_said(&needs.rustc_version));
        let is_known = is_ours || was_built_by_ours || !build_dir.unknown.is_empty();
        is_known.then(|| Self {
            worktree: project.worktree.clone(),
            build_dir,
            rustc: is_ours.then_some(ours),
            other_variables: differing(&needs.variables, &Cargo::read(&env.at(&project.dir)).variables),
        })
    }

    /// What becomes of each unit. With `reads_out_dirs` the last word, which takes longer.
    pub(crate) fn verdicts(&self, needs: &Needs, reads_out_dirs: bool) -> Vec<Verdict> {
        let judge = Judge {
            source: &self.build_dir,
            target: &needs.build_dir,
            old: self.old_paths(needs),
            homes: &needs.homes,
            out_dirs: needs.out_dirs.as_deref(),
            other_variables: &self.other_variables,
            wanted: &needs.wanted,
            rustc: self.rustc,
            reads_out_dirs,
        };
        judge.verdicts()
    }

    /// The directories of the source's profiles, below `root`.
    pub(crate) fn profiles(&self, root: &Path) -> BTreeSet<PathBuf> {
        let units = self.build_dir.units.iter();
        units.map(|unit| root.join(&unit.place.profile)).collect()
    }

    /// How many units fit, those with the worktree's flags first.
    pub(crate) fn fit(&self, needs: &Needs) -> (usize, usize) {
        let verdicts = self.verdicts(needs, false);
        let units = self.build_dir.units.iter().zip(verdicts);
        let taken: Vec<&Unit> = units
            .filter(|(_, verdict)| *verdict == Verdict::Take)
            .map(|(unit, _)| unit)
            .collect();
        // With --target, what runs on the host has none.
        let fits =
            |unit: &&&Unit| unit.fingerprint.rustflags.is_empty() || unit.fingerprint.rustflags == needs.rustflags;
        (taken.iter().filter(fits).count(), taken.len())
    }

    /// The copies of OUT_DIRs by their content that a unit's artifact names, and the OUT_DIR, below the build
    /// directory, that each was made of.
    pub(crate) fn copies_named(&self, unit: &Unit, needs: &Needs) -> Vec<(String, PathBuf)> {
        let is_needed_run = |other: &&Unit| {
            other.fingerprint.kind == Kind::Run && unit.fingerprint.deps.contains(&other.fingerprint.hash)
        };
        let Some(run) = self.build_dir.units.iter().find(is_needed_run) else {
            return Vec::new();
        };
        let dep_info = unit
            .dep_info(&self.build_dir.root)
            .and_then(|path| DepInfo::read(&path));
        let sources = dep_info.unwrap_or_default().sources;
        let copy_of = |source: &PathBuf| {
            let inside = source.strip_prefix(needs.out_dirs.as_deref()?).ok()?;
            Some(inside.iter().next()?.to_str()?.to_owned())
        };
        let copies: BTreeSet<String> = sources.iter().filter_map(copy_of).collect();
        copies.into_iter().map(|copy| (copy, run.place.out_dir())).collect()
    }

    /// The worktree, its build directory, and those that its units were copied from in their turn.
    fn old_paths(&self, needs: &Needs) -> OldPaths {
        let root = &self.build_dir.root;
        let mut old = vec![self.worktree.clone(), root.clone()];
        old.extend(
            [&self.worktree, root]
                .iter()
                .filter_map(|path| fs::canonicalize(path).ok()),
        );
        for run in self
            .build_dir
            .units
            .iter()
            .filter(|unit| unit.fingerprint.kind == Kind::Run)
        {
            old.extend(root_output(root, run).map(|out_dir| build_dir_of(&out_dir, &run.place.out_dir())));
        }
        let shared = needs.homes.places().chain(needs.out_dirs.as_deref());
        OldPaths::new(old.iter().map(PathBuf::as_path), shared)
    }
}

/// The names that have not the same value in both.
fn differing(ours: &BTreeMap<String, Variable>, theirs: &BTreeMap<String, Variable>) -> BTreeSet<String> {
    let all = ours.keys().chain(theirs.keys());
    all.filter(|name| ours.get(*name) != theirs.get(*name))
        .cloned()
        .collect()
}

/// The build directory in which an OUT_DIR was, or the OUT_DIR itself.
fn build_dir_of(out_dir: &Path, inside: &Path) -> PathBuf {
    let depth = if out_dir.ends_with(inside) {
        inside.components().count()
    } else {
        0
    };
    out_dir.ancestors().nth(depth).unwrap_or(out_dir).to_owned()
}

/// As cargo hashes it for a fingerprint (`hash_u64(&rustc.verbose_version)`, from cargo 1.85 on).
fn rustc_hash(version: &str) -> u64 {
    let mut hasher = StableSipHasher128::new();
    version.hash(&mut hasher);
    Hasher::finish(&hasher)
}

/// Cargo's cache of what rustc said (`src/cargo/util/rustc.rs`).
#[derive(Deserialize)]
struct RustcInfo {
    outputs: HashMap<String, RustcOutput>,
}

#[derive(Deserialize)]
struct RustcOutput {
    stdout: String,
}

impl RustcInfo {
    /// What cargo keeps of the last build.
    fn read(build_dir: &Path) -> Option<Self> {
        let text = read::bytes(&build_dir.join(".rustc_info.json"), read::MAX_WRITTEN).ok()?;
        serde_json::from_slice(&text).ok()
    }

    fn has_said(&self, version: &str) -> bool {
        self.outputs.values().any(|output| output.stdout == version)
    }

    /// Whether the last build was by a rustc in another place than this. A Nix store has many that say the same of
    /// themselves, and each links to the libraries of its own store path. Cargo asks for the sysroot among other
    /// things (`TargetInfo::new` in its `target_info.rs`): it is the line with a path.
    fn is_elsewhere(&self, sysroot: &Path) -> bool {
        let lines = self.outputs.values().flat_map(|output| output.stdout.lines());
        let mut sysroots = lines.map(Path::new).filter(|line| line.is_absolute()).peekable();
        sysroots.peek().is_some() && !sysroots.any(|line| line == sysroot)
    }
}

/// A directory to ask cargo about, and the worktree it is in.
pub(crate) struct Project {
    worktree: PathBuf,
    dir: PathBuf,
}

impl Project {
    /// The project that somebody named.
    pub(crate) fn at(dir: &Path) -> Result<Self, WarmError> {
        let dir = fs::canonicalize(dir)
            .ok()
            .filter(|dir| dir.is_dir())
            .ok_or_else(|| WarmError::NoProject(dir.to_owned()))?;
        let worktree = Repository::around(&dir).map_or_else(|| dir.clone(), |found| found.root);
        Ok(Self { worktree, dir })
    }

    /// The same workspace in the repository's other worktrees, where something has been built.
    pub(crate) fn siblings(env: &Environment, root: &Path) -> Vec<Self> {
        let root = fs::canonicalize(root).unwrap_or_else(|_| root.to_owned());
        let Some(repository) = Repository::around(&root) else {
            return Vec::new();
        };
        let inside = root.strip_prefix(&repository.root).unwrap_or(Path::new(""));
        let projects = repository.others().map(|worktree| Project {
            dir: worktree.join(inside),
            worktree: worktree.to_owned(),
        });
        // Cargo knows better where a build directory is, but asking costs a process for each.
        let is_built = |project: &Project| {
            project.dir.join("Cargo.toml").is_file()
                && build_dir::expected(env, &project.dir).is_none_or(|dir| build_dir::is_used(&dir))
        };
        projects.filter(is_built).collect()
    }
}

/// The project whose units fit best. A project that cargo cannot read is passed over, unless it was named.
pub(crate) fn choose(
    env: &Environment,
    projects: &[Project],
    toolchain: &Toolchain,
    needs: &Needs,
    is_named: bool,
) -> Result<Result<Source, Nothing>, WarmError> {
    if projects.is_empty() {
        return Ok(Err(Nothing::NoSibling));
    }
    let ours = fs::canonicalize(&needs.build_dir).unwrap_or_else(|_| needs.build_dir.clone());
    let mut best: Option<((usize, usize), Source)> = None;
    let (mut same, mut unknown) = (None, None);
    for project in projects {
        let workspace = match toolchain.workspace(&project.dir) {
            Err(error) if is_named => return Err(error.into()),
            Err(_) => continue,
            Ok(workspace) => workspace,
        };
        let dir = workspace.build_dir();
        if fs::canonicalize(dir).is_ok_and(|dir| dir == ours) {
            same = Some(Nothing::OneBuildDir(ours.clone()));
            continue;
        }
        let Some(source) = Source::read(env, project, dir, needs) else {
            continue;
        };
        unknown = unknown.or_else(|| source.build_dir.unknown.first().cloned());
        let fit = source.fit(needs);
        if fit > best.as_ref().map_or((0, 0), |(fit, _)| *fit) {
            best = Some((fit, source));
        }
    }
    match (best, unknown, same) {
        (Some((_, source)), ..) => Ok(Ok(source)),
        (None, Some(dir), _) => Err(WarmError::UnknownLayout(dir)),
        (None, None, Some(same)) => Ok(Err(same)),
        (None, None, None) => {
            let looked_at = projects.iter().map(|project| project.worktree.clone());
            Ok(Err(Nothing::NothingFits(looked_at.collect())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustc_is_hashed_as_cargo_does() {
        // The fields `rustc` that cargo 1.95 and a nightly 1.97 wrote for what these said.
        let stable = "rustc 1.95.0 (59807616e 2026-04-14)\nbinary: rustc\n\
            commit-hash: 59807616e1fa2540724bfbac14d7976d7e4a3860\ncommit-date: 2026-04-14\n\
            host: x86_64-unknown-linux-gnu\nrelease: 1.95.0\nLLVM version: 22.1.2\n";
        assert_eq!(rustc_hash(stable), 7458672600737419911);
        let nightly = "rustc 1.97.0-nightly (e50aa6fba 2026-05-19)\nbinary: rustc\n\
            commit-hash: e50aa6fba4e63ab34c72bf9acfd2c307c1155d1a\ncommit-date: 2026-05-19\n\
            host: x86_64-unknown-linux-gnu\nrelease: 1.97.0-nightly\nLLVM version: 22.1.4\n";
        assert_eq!(rustc_hash(nightly), 8354309321421523391);
    }

    #[test]
    fn the_place_of_a_rustc() {
        let info = |text: &str| serde_json::from_str::<RustcInfo>(text).unwrap();
        let one = info(
            r#"{"outputs":{"1":{"stdout":"rustc 1.95.0\nhost: x\n"},"2":{"stdout":"___\nlib___.rlib\n/nix/store/a-rustc\npacked\ndebug_assertions\n"}}}"#,
        );
        assert!(!one.is_elsewhere(Path::new("/nix/store/a-rustc")));
        assert!(one.is_elsewhere(Path::new("/nix/store/b-rustc")));
        assert!(one.has_said("rustc 1.95.0\nhost: x\n"));
        let none = info(r#"{"outputs":{"1":{"stdout":"rustc 1.95.0\n"}}}"#);
        assert!(!none.is_elsewhere(Path::new("/nix/store/b-rustc")), "it does not tell");
    }

    #[test]
    fn the_build_directory_around_an_out_dir() {
        let inside = Path::new("debug/build/a-0/out");
        assert_eq!(
            build_dir_of(Path::new("/w/t/debug/build/a-0/out"), inside),
            Path::new("/w/t")
        );
        assert_eq!(
            build_dir_of(Path::new("/w/t/release/build/a-0/out"), inside),
            Path::new("/w/t/release/build/a-0/out")
        );
    }
}
