//! The settings by which compiles use sccache, and which sccache that is: our wrapper, or one that bypasses it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::cmake::{self, Launcher};
use crate::cargo::Cargo;
use crate::environment::Environment;
use crate::origin::Origin;
use crate::real_sccache;

/// The program that a setting leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Our wrapper.
    Ours,
    /// Our wrapper in another version of the shell: a different link than the one on PATH.
    OursOfBefore,
    /// A plain sccache.
    Plain(PathBuf),
    /// The program does not exist.
    Nothing,
}

/// A setting that names an sccache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Where it is set.
    pub origin: Origin,
    /// The setting's name: the variable, or cargo's key.
    pub setting: String,
    /// The program as it is written.
    pub program: PathBuf,
    /// What it leads to.
    pub end: End,
}

/// All such settings, and what the bare word `sccache` means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launchers {
    /// The first `sccache` on PATH, if that is not our wrapper although there is one.
    pub before_ours: Option<PathBuf>,
    /// Our wrapper: the first one on PATH, else cargo's.
    pub ours: Option<PathBuf>,
    /// The settings of cargo, CMake and make. Only programs called `sccache`.
    pub all: Vec<Route>,
}

/// The variables by which make and others run compilers; the first word may be a launcher.
const COMPILERS: [&str; 2] = ["CC", "CXX"];

/// The variables from which CMake takes its launchers.
pub const CMAKE_LAUNCHERS: [&str; 2] = ["CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER"];

impl Launchers {
    /// Reads the environment, cargo's settings and the build directories of the project at `root`. Cargo finds its
    /// wrapper on the PATH of `shell`; build scripts get the variables of `env`.
    pub fn read(env: &Environment, shell: &Environment, cargo: &Cargo, root: &Path) -> Self {
        let on_path: Vec<PathBuf> = real_sccache::all_on_path(shell.get("PATH")).collect();
        let ours_on_path = on_path.iter().find(|path| real_sccache::is_ours(path)).cloned();
        let reader = Reader {
            env,
            path: shell.get("PATH"),
            ours: ours_on_path.clone(),
        };
        let mut all = Vec::new();
        if let Some(wrapper) = &cargo.wrapper {
            let setting = "RUSTC_WRAPPER".to_owned();
            all.extend(reader.route(wrapper.origin.clone(), setting, wrapper.value.clone()));
        }
        all.extend(CMAKE_LAUNCHERS.into_iter().filter_map(|name| reader.launcher(name)));
        all.extend(COMPILERS.into_iter().filter_map(|name| reader.compiler(name)));
        let frozen = cmake::launchers(root).into_iter();
        all.extend(frozen.filter_map(|launcher| reader.frozen(launcher)));

        let of_cargo = all
            .iter()
            .find(|route| route.end == End::Ours && route.setting == "RUSTC_WRAPPER");
        let ours = ours_on_path.or_else(|| of_cargo.map(|route| route.program.clone()));
        Self {
            before_ours: on_path
                .into_iter()
                .next()
                .filter(|first| ours.is_some() && !real_sccache::is_ours(first)),
            ours,
            all,
        }
    }
}

struct Reader<'a> {
    env: &'a Environment,
    path: Option<&'a OsStr>,
    /// Our wrapper on PATH.
    ours: Option<PathBuf>,
}

impl Reader<'_> {
    fn launcher(&self, name: &'static str) -> Option<Route> {
        let program = PathBuf::from(cmake::program(self.env.get(name)?.to_str()?));
        self.route(Origin::Env(name.into()), name.to_owned(), program)
    }

    fn compiler(&self, name: &'static str) -> Option<Route> {
        let value = self.env.get(name)?.to_str()?;
        let mut words = value.split_ascii_whitespace();
        let program = PathBuf::from(words.next()?);
        // A single word is the compiler itself.
        words.next()?;
        self.route(Origin::Env(name.into()), name.to_owned(), program)
    }

    fn frozen(&self, launcher: Launcher) -> Option<Route> {
        let origin = Origin::File(launcher.file, launcher.line);
        self.route(origin, launcher.variable, launcher.program)
    }

    fn route(&self, origin: Origin, setting: String, program: PathBuf) -> Option<Route> {
        if program.file_stem() != Some(OsStr::new(real_sccache::NAME)) {
            return None;
        }
        Some(Route {
            end: self.end(&program),
            origin,
            setting,
            program,
        })
    }

    fn end(&self, program: &Path) -> End {
        let found = real_sccache::find_program(program, self.path, self.env.cwd());
        match found {
            None => End::Nothing,
            Some(path) if !real_sccache::is_ours(&path) => End::Plain(path),
            Some(path) if self.ours.as_ref().is_some_and(|ours| !same_link(ours, &path)) => End::OursOfBefore,
            Some(_) => End::Ours,
        }
    }
}

/// Whether two wrappers are the same: links in one directory, with the same sccache beside them.
fn same_link(one: &Path, other: &Path) -> bool {
    let dir = |path: &Path| std::fs::canonicalize(path.parent()?).ok();
    one == other || dir(one) == dir(other)
}
