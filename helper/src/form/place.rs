//! Names of files that are the same in every worktree: relative to the workspace's root, the build directory, OUT_DIR.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use super::paths::{LOADER, SYSTEM, is_below, is_library, is_locale, is_of_rustc, keeps_nothing, resolved};
use crate::cargo::build_dir;
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::key::cargo_env;
use crate::why::{Rule, Why};

// NUL bytes, because no path and no variable can contain one.
const ROOT: &str = "\0root\0";
const BUILD: &str = "\0build\0";
const OUT: &str = "\0out\0";

/// The build directory in artifacts, as cargo's own trim-paths calls it.
const BUILD_SPOKEN: &str = "/cargo/build-dir";

/// A name of [`Places::name`] for people: `<root>/src/lib.rs`.
pub(crate) fn readable(name: &str) -> String {
    let mut parts = name.split('\0');
    let mut text = parts.next().unwrap_or_default().to_owned();
    while let Some(place) = parts.next() {
        text += &format!("<{place}>{}", parts.next().unwrap_or_default());
    }
    text
}

/// The directories of a compile.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// The workspace's root, if the source is named relative to it: then the crate is a member.
    pub(crate) root: Option<PathBuf>,
    /// Whether the sources cannot change, because they come from a registry or from git.
    pub(crate) is_dependency: bool,
    /// The profile's directory in the build directory.
    pub(crate) build: PathBuf,
    /// OUT_DIR, if the package has a build script.
    pub(crate) out: Option<PathBuf>,
    /// Directories around the build directory: see [`Self::found_around`].
    around: Vec<PathBuf>,
    cargo_home: Option<PathBuf>,
    /// The targets of those that are links.
    real: Vec<PathBuf>,
}

impl Places {
    /// The places of `call`.
    pub(crate) fn of(call: &Invocation, env: &Environment) -> Result<Self, Why> {
        let unknown = || Rule::Place.because("an --out-dir that is not cargo's");
        let cargo_home = env
            .path("CARGO_HOME")
            .map(Path::to_owned)
            .or_else(|| Some(env.path("HOME")?.join(".cargo")));
        let mut places = Self {
            root: call.input.is_relative().then(|| env.cwd().to_owned()),
            build: build_dir::profile_of(&call.out_dir).ok_or_else(unknown)?,
            out: env.path("OUT_DIR").filter(|dir| dir.is_absolute()).map(Path::to_owned),
            cargo_home,
            ..Self::default()
        };
        places.is_dependency = call.has_cap_lints && call.input.is_absolute() && places.is_source(&call.input);
        places.around = places.found_around(call, env);
        places.refuse_odd_ones(env)?;
        // A target directory may be a link to a larger disk.
        let needles = places.needles();
        let real = needles.iter().filter_map(|path| path.canonicalize().ok());
        places.real = real.filter(|path| !is_below(path, &needles)).collect();
        Ok(places)
    }

    /// Directories for which no name can stand.
    fn refuse_odd_ones(&self, env: &Environment) -> Result<(), Why> {
        let manifest_dir = env.path("CARGO_MANIFEST_DIR");
        if self.root.is_some() && manifest_dir.is_some_and(|dir| !dir.starts_with(env.cwd())) {
            return Err(Rule::Place.because("cargo names the package's directory by a link"));
        }
        let is_odd = |path: &PathBuf| path.as_os_str().as_bytes().iter().any(|byte| b"=\n".contains(byte));
        if self.needles().iter().any(is_odd) || self.root.as_deref() == Some(Path::new("/")) {
            return Err(Rule::Place.because("a directory whose name rustc cannot be given to replace"));
        }
        Ok(())
    }

    /// The paths that an artifact must not contain if other worktrees are to get it.
    pub(crate) fn needles(&self) -> Vec<PathBuf> {
        self.root
            .iter()
            .chain([&self.build])
            .chain(&self.out)
            .chain(&self.around)
            .chain(&self.real)
            .cloned()
            .collect()
    }

    /// The target directory; and of a dependency, whose directory does not show where the workspace is, the workspace
    /// that contains the target directory, and directories that custom variables name. None that contains cargo's home,
    /// because every artifact has paths below that.
    fn found_around(&self, call: &Invocation, env: &Environment) -> Vec<PathBuf> {
        let has_triple = call.plain_words.iter().any(|word| word == "--target");
        let target = self.build.ancestors().nth(1 + usize::from(has_triple));
        let workspace = target.and_then(Path::parent);
        // The key of a vendored crate has its path in it.
        let workspace = workspace.filter(|dir| !call.input.starts_with(dir) && dir.join("Cargo.toml").exists());
        // A name as short as `/src` is in most artifacts.
        let is_long = |dir: &&Path| dir.components().nth(2).is_some();
        let custom = env
            .vars()
            .filter(|(name, _)| cargo_env::is_custom(&name.to_string_lossy()));
        let custom = custom.map(|(_, value)| Path::new(value));
        let of_a_dependency = custom.chain(workspace.filter(is_long)).filter(|_| self.root.is_none());
        let holds_home = |dir: &Path| self.cargo_home.as_ref().is_some_and(|home| home.starts_with(dir));
        let is_around =
            |dir: &Path| dir.is_absolute() && dir.parent().is_some() && self.build.starts_with(dir) && !holds_home(dir);
        let dirs = of_a_dependency
            .chain(target.filter(is_long))
            .filter(|dir| is_around(dir));
        // Without a slash at the end.
        let mut dirs: Vec<PathBuf> = dirs.map(|dir| dir.components().collect()).collect();
        dirs.retain(|dir| self.root.as_ref().is_none_or(|root| !dir.starts_with(root)));
        dirs.sort_unstable();
        dirs.dedup();
        dirs
    }

    /// The arguments that make rustc write names in place of these paths. If several match, rustc takes the last.
    pub(crate) fn remaps(&self, package: &str) -> Vec<OsString> {
        let root = self.root.iter().map(|root| (root, ".".to_owned()));
        let build = [(&self.build, BUILD_SPOKEN.to_owned())];
        let out = self.out.iter().map(|out| (out, out_spoken(package)));
        let remap = |(from, to): (&PathBuf, String)| {
            let mut arg = OsString::from("--remap-path-prefix=");
            arg.push(from);
            arg.push("=");
            arg.push(to);
            arg
        };
        root.chain(build).chain(out).map(remap).collect()
    }

    /// The names that rustc's messages have because of [`Self::remaps`], with the paths: those of generated sources.
    pub(crate) fn spoken(&self, package: &str) -> Vec<(String, PathBuf)> {
        let out = self.out.iter().map(|out| (out_spoken(package), out.clone()));
        out.chain(self.out.iter().map(|_| (BUILD_SPOKEN.to_owned(), self.build.clone())))
            .collect()
    }

    /// A path's name: the path itself if it lies in none of the places.
    pub(crate) fn name(&self, path: &Path) -> OsString {
        let known = self.known();
        let found = known
            .iter()
            .find_map(|(dir, name)| Some((path.strip_prefix(dir).ok()?, *name)));
        match found {
            Some((rest, name)) => {
                let mut whole = OsString::from(name);
                if !rest.as_os_str().is_empty() {
                    whole.push("/");
                    whole.push(rest);
                }
                whole
            }
            None => path.into(),
        }
    }

    /// The path that a name stands for here; `None` if its place does not exist here.
    pub(crate) fn path(&self, name: &OsStr) -> Option<PathBuf> {
        let bytes = name.as_bytes();
        if !bytes.starts_with(b"\0") {
            return Some(PathBuf::from(name));
        }
        self.known().iter().find_map(|(dir, place)| {
            let rest = bytes.strip_prefix(place.as_bytes())?;
            let rest = rest.strip_prefix(b"/").unwrap_or(rest);
            Some(if rest.is_empty() {
                dir.to_path_buf()
            } else {
                dir.join(OsStr::from_bytes(rest))
            })
        })
    }

    /// Whether a name is the same file in every worktree, as far as its place goes.
    pub(crate) fn is_shared(name: &OsStr) -> bool {
        name.as_bytes().starts_with(b"\0")
    }

    /// A variable's value, with a constant in place of OUT_DIR at its beginning.
    pub(crate) fn value(&self, value: &OsStr) -> OsString {
        let rest = self.out.as_ref().and_then(|out| rest_below(value, out));
        rest.map_or_else(|| value.to_owned(), |rest| with_name(OUT, rest))
    }

    /// The value that [`Self::value`] made a constant of.
    pub(crate) fn real_value(&self, value: &OsStr) -> OsString {
        let rest = value.as_bytes().strip_prefix(OUT.as_bytes());
        match rest.zip(self.out.as_ref()) {
            Some((rest, out)) => OsString::from_vec([out.as_os_str().as_bytes(), rest].concat()),
            None => value.to_owned(),
        }
    }

    /// The same with the workspace's root replaced too, so that a variable which only says where things are is the same
    /// in every worktree. What is read there is observed, and an artifact that contains the path is not stored.
    pub(crate) fn variable(&self, value: &OsStr) -> OsString {
        let below = |dir: &Path| rest_below(value, dir);
        if let Some(rest) = self.out.as_deref().and_then(below) {
            return with_name(OUT, rest);
        }
        if let Some(rest) = self.root.as_deref().and_then(below) {
            return with_name(ROOT, rest);
        }
        let around = self.around.iter().rev().find_map(|dir| {
            let up = self.build.strip_prefix(dir).ok()?.components().count();
            Some(with_name(&format!("\0around {up}\0"), below(dir)?))
        });
        around.unwrap_or_else(|| value.to_owned())
    }

    /// Whether a text names this worktree.
    pub(crate) fn is_named_in(&self, text: &OsStr) -> bool {
        self.needles()
            .iter()
            .any(|path| memchr::memmem::find(text.as_bytes(), path.as_os_str().as_bytes()).is_some())
    }

    /// Whether `path` cannot change while the compiler stays the same: it is the loader's, a toolchain's, a registry's.
    pub(crate) fn is_constant(&self, path: &Path, toolchains: &[PathBuf]) -> bool {
        let path = &resolved(path);
        let is_loaded = || path.extension().is_none_or(|end| end != "so") && is_library(path) || is_locale(path);
        !is_below(path, self.needles())
            && (keeps_nothing(path)
                || is_below(path, ["/sys", "/nix/store"])
                || is_below(path, SYSTEM) && (path.is_dir() || is_loaded() || !path.exists())
                || is_of_rustc(path)
                || LOADER.iter().any(|file| path == Path::new(file))
                || is_below(path, toolchains)
                || self.is_source(path))
    }

    /// Whether `path` is one of the places or lies above one: then it exists if they do.
    pub(crate) fn is_above(&self, path: &Path) -> bool {
        self.needles().iter().any(|place| place.starts_with(path))
    }

    /// Whether `path` is below where cargo unpacks registries and git checkouts.
    pub(crate) fn is_source(&self, path: &Path) -> bool {
        is_below(path, self.sources())
    }

    /// Where cargo unpacks registries and git checkouts.
    pub(crate) fn sources(&self) -> impl Iterator<Item = PathBuf> {
        let home = self.cargo_home.iter();
        home.flat_map(|home| [home.join("registry/src"), home.join("git/checkouts")])
    }

    /// The places that have names, the innermost first.
    fn known(&self) -> Vec<(&Path, &'static str)> {
        let out = self.out.iter().map(|dir| (dir.as_path(), OUT));
        let build = [(self.build.as_path(), BUILD)];
        let root = self.root.iter().map(|dir| (dir.as_path(), ROOT));
        out.chain(build).chain(root).collect()
    }
}

fn out_spoken(package: &str) -> String {
    format!("{BUILD_SPOKEN}/build/{package}/out")
}

/// What follows `dir` in `value`, where `dir` is its beginning as a path.
fn rest_below<'a>(value: &'a OsStr, dir: &Path) -> Option<&'a [u8]> {
    let rest = value.as_bytes().strip_prefix(dir.as_os_str().as_bytes())?;
    (rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
}

fn with_name(name: &str, rest: &[u8]) -> OsString {
    OsString::from_vec([name.as_bytes(), rest].concat())
}
