//! The ways by which a compile comes to an sccache here, and to which: our wrapper, or one past it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::cmake::{self, Launcher};
use crate::cargo::Cargo;
use crate::environment::Environment;
use crate::origin::Origin;
use crate::real_sccache;

/// Where a way leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// Our wrapper.
    Ours,
    /// Our wrapper as another version of the shell had it: another link than the one on PATH.
    OursOfBefore,
    /// An sccache as it is.
    Plain(PathBuf),
    /// Nowhere: there is no such program.
    Nothing,
}

/// One way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Who says so.
    pub origin: Origin,
    /// The setting's name: the variable, or cargo's key.
    pub setting: String,
    /// The program as it is written there.
    pub program: PathBuf,
    /// Where it leads.
    pub end: End,
}

/// All ways, and what the bare word `sccache` is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Launchers {
    /// The first `sccache` on PATH, where it is not our wrapper though ours is at hand.
    pub before_ours: Option<PathBuf>,
    /// Our wrapper: the first on PATH, else cargo's.
    pub ours: Option<PathBuf>,
    /// What cargo, CMake and make were told. Only programs called `sccache`: others are no business of ours.
    pub all: Vec<Route>,
}

/// Where make and others are told of a launcher: the first word of the command.
const COMPILERS: [&str; 2] = ["CC", "CXX"];
const LAUNCHERS: [&str; 2] = ["CMAKE_C_COMPILER_LAUNCHER", "CMAKE_CXX_COMPILER_LAUNCHER"];

impl Launchers {
    /// Reads the environment, cargo's settings and the build directories of the project at `root`.
    /// Cargo finds its wrapper by the `shell`'s PATH; what build scripts start by what cargo gives them, `env`.
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
        all.extend(LAUNCHERS.into_iter().filter_map(|name| reader.launcher(name)));
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
    /// Ours on PATH.
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
        // Alone it is no launcher.
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

/// Whether two wrappers are one: links in one directory, with the same sccache beside them.
fn same_link(one: &Path, other: &Path) -> bool {
    let dir = |path: &Path| std::fs::canonicalize(path.parent()?).ok();
    one == other || dir(one) == dir(other)
}
