//! Names for files that are the same in every worktree: from the workspace's root, the build directory, OUT_DIR.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use super::input::is_library;
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::why::{Rule, Why};

// No path and no variable has a NUL byte.
const ROOT: &str = "\0root\0";
const BUILD: &str = "\0build\0";
pub(crate) const OUT: &str = "\0out\0";

/// A name of [`Places::name`] for a person: `<root>/src/lib.rs`.
pub(crate) fn readable(name: &str) -> String {
    let mut parts = name.split('\0');
    let mut text = parts.next().unwrap_or_default().to_owned();
    while let Some(place) = parts.next() {
        text += &format!("<{place}>{}", parts.next().unwrap_or_default());
    }
    text
}

/// Where a compile happens.
#[derive(Debug, Clone, Default)]
pub(crate) struct Places {
    /// The workspace's root, where the source is named from it: then the crate is the workspace's own.
    pub(crate) root: Option<PathBuf>,
    /// Whether the sources cannot change: they came from a registry or from git.
    pub(crate) is_dependency: bool,
    /// The profile's directory in the build directory.
    pub(crate) build: PathBuf,
    /// OUT_DIR, where there is one.
    pub(crate) out: Option<PathBuf>,
    /// Directories around the build directory that a dependency's variables of somebody's own name: the workspace, most likely.
    around: Vec<PathBuf>,
    cargo_home: Option<PathBuf>,
    /// Where links among them lead.
    real: Vec<PathBuf>,
}

/// Where the loader finds libraries, and the C library its locales.
pub(crate) const SYSTEM: &[&str] = &["/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share/locale"];

/// Whether a path is a device's or a process's, which keep nothing; `/dev/shm` does.
pub(crate) fn keeps_nothing(path: &Path) -> bool {
    let is_below = |dirs: &[&str]| dirs.iter().any(|dir| path.starts_with(dir));
    is_below(&["/proc", "/dev"]) && !is_below(&["/dev/shm", "/dev/mqueue"])
}

/// Files of the loader and the C library, which every process opens.
const LOADER: &[&str] = &[
    "/etc/ld.so.cache",
    "/etc/ld.so.preload",
    "/etc/localtime",
    "/etc/ld-nix.so.preload",
    "/etc/locale.alias",
];

impl Places {
    /// Where `call` happens.
    pub(crate) fn of(call: &Invocation, env: &Environment) -> Result<Self, Why> {
        let cargo_home = env
            .path("CARGO_HOME")
            .map(Path::to_owned)
            .or_else(|| Some(env.path("HOME")?.join(".cargo")));
        let is_below = |dir: &str| {
            cargo_home
                .as_ref()
                .is_some_and(|home| call.input.starts_with(home.join(dir)) && call.input.is_absolute())
        };
        let is_dependency = call.has_cap_lints && (is_below("registry/src") || is_below("git/checkouts"));
        let mut places = Self {
            root: call.input.is_relative().then(|| env.cwd().to_owned()),
            is_dependency,
            around: Vec::new(),
            real: Vec::new(),
            build: profile_dir(&call.out_dir).ok_or_else(|| Rule::Place.because("an --out-dir that is not cargo's"))?,
            out: env.path("OUT_DIR").filter(|dir| dir.is_absolute()).map(Path::to_owned),
            cargo_home,
        };
        places.around = places.named_around(env);
        let manifest_dir = env.path("CARGO_MANIFEST_DIR");
        if places.root.is_some() && manifest_dir.is_some_and(|dir| !dir.starts_with(env.cwd())) {
            return Err(Rule::Place.because("cargo names the package's directory by a link"));
        }
        let odd = |path: &Path| path.as_os_str().as_bytes().iter().any(|byte| b"=\n".contains(byte));
        if places.needles().iter().any(|path| odd(path)) || places.root.as_deref() == Some(Path::new("/")) {
            return Err(Rule::Place.because("a directory whose name rustc cannot be given to replace"));
        }
        // A target directory may be a link to a larger disk.
        let real = places.needles().into_iter().filter_map(|path| path.canonicalize().ok());
        let real = real.filter(|path| !places.needles().iter().any(|known| path.starts_with(known)));
        Ok(Self {
            real: real.collect(),
            ..places
        })
    }

    /// The paths that must not stand in an artifact that others get.
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

    /// Of a crate whose own root says nothing of the workspace's: what variables name around the build directory. Not where
    /// cargo's home lies there too, whose paths are in every artifact.
    fn named_around(&self, env: &Environment) -> Vec<PathBuf> {
        if self.root.is_some() {
            return Vec::new();
        }
        let holds_home = |dir: &Path| self.cargo_home.as_ref().is_some_and(|home| home.starts_with(dir));
        let is_around =
            |dir: &Path| dir.is_absolute() && dir.parent().is_some() && self.build.starts_with(dir) && !holds_home(dir);
        let named = env.vars().filter(|(name, _)| super::variables::is_somebodys_own(name));
        let mut dirs: Vec<PathBuf> = named
            .map(|(_, value)| PathBuf::from(value))
            .filter(|dir| is_around(dir))
            .collect();
        // Without the slash that may stand at the end.
        dirs.iter_mut().for_each(|dir| *dir = dir.components().collect());
        dirs.sort_unstable();
        dirs.dedup();
        dirs
    }

    /// The arguments by which rustc writes names for them; of several that fit it takes the last.
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

    /// What [`Self::remaps`] makes rustc say of places that its messages name, where it names them at all: of generated
    /// sources.
    pub(crate) fn spoken(&self, package: &str) -> Vec<(String, PathBuf)> {
        let out = self.out.iter().map(|out| (out_spoken(package), out.clone()));
        out.chain(self.out.iter().map(|_| (BUILD_SPOKEN.to_owned(), self.build.clone())))
            .collect()
    }

    /// A path's name; one that begins with none of the places is its own.
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

    /// The path that a name stands for here; `None` for a place that is not here.
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

    /// A variable's value with OUT_DIR at its beginning replaced by a constant, as bytes.
    pub(crate) fn value(&self, value: &OsStr) -> OsString {
        let rest = self.out.as_ref().and_then(|out| {
            let rest = value.as_bytes().strip_prefix(out.as_os_str().as_bytes())?;
            (rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
        });
        match rest {
            Some(rest) => OsString::from_vec([OUT.as_bytes(), rest].concat()),
            None => value.to_owned(),
        }
    }

    /// The same for the workspace's root too: where a variable only says where things are, it says so in every worktree. What
    /// is read there is seen, and an artifact that holds the path is not stored.
    pub(crate) fn variable(&self, value: &OsStr) -> OsString {
        let below = |dir: &Path| {
            let rest = value.as_bytes().strip_prefix(dir.as_os_str().as_bytes())?;
            (rest.is_empty() || rest.starts_with(b"/")).then_some(rest)
        };
        let out = self.value(value);
        if out != value {
            return out;
        }
        if let Some(rest) = self.root.as_deref().and_then(below) {
            return OsString::from_vec([ROOT.as_bytes(), rest].concat());
        }
        let around = self.around.iter().rev().find_map(|dir| Some((dir, below(dir)?)));
        let named = around.and_then(|(dir, rest)| {
            let up = self.build.strip_prefix(dir).ok()?.components().count();
            Some(OsString::from_vec(
                [format!("\0around {up}\0").as_bytes(), rest].concat(),
            ))
        });
        named.unwrap_or(out)
    }

    /// Whether a text names this worktree.
    pub(crate) fn is_named_in(&self, text: &OsStr) -> bool {
        self.needles()
            .iter()
            .any(|path| memchr::memmem::find(text.as_bytes(), path.as_os_str().as_bytes()).is_some())
    }

    /// Whether what lies at `path` cannot change while the compiler stays: the loader's, a toolchain's, a registry's.
    pub(crate) fn is_constant(&self, path: &Path, toolchains: &[PathBuf]) -> bool {
        let path = &resolved(path);
        let is_below = |dirs: &[&str]| dirs.iter().any(|dir| path.starts_with(dir));
        let is_mine = self.needles().iter().any(|place| path.starts_with(place));
        let is_loaded = || path.extension().is_none_or(|end| end != "so") && is_library(path) || is_locale(path);
        !is_mine
            && (keeps_nothing(path)
                || is_below(&["/sys", "/nix/store"])
                || is_below(SYSTEM) && (path.is_dir() || is_loaded() || !path.exists())
                || is_of_rustc(path)
                || LOADER.iter().any(|file| path == Path::new(file))
                || toolchains.iter().any(|dir| path.starts_with(dir))
                || self.is_source(path))
    }

    /// Whether `path` is one of the places or lies above one: it is there as surely as they are.
    pub(crate) fn is_above(&self, path: &Path) -> bool {
        self.needles().iter().any(|place| place.starts_with(path))
    }

    /// Whether `path` is below where cargo unpacks registries and git checkouts.
    pub(crate) fn is_source(&self, path: &Path) -> bool {
        self.sources().any(|dir| path.starts_with(dir))
    }

    /// Where cargo unpacks registries and git checkouts.
    pub(crate) fn sources(&self) -> impl Iterator<Item = PathBuf> {
        let home = self.cargo_home.iter();
        home.flat_map(|home| [home.join("registry/src"), home.join("git/checkouts")])
    }

    /// The innermost first.
    fn known(&self) -> Vec<(&Path, &'static str)> {
        let out = self.out.iter().map(|dir| (dir.as_path(), OUT));
        let build = [(self.build.as_path(), BUILD)];
        let root = self.root.iter().map(|dir| (dir.as_path(), ROOT));
        out.chain(build).chain(root).collect()
    }
}

/// The build directory in artifacts, as cargo's own trim-paths calls it.
const BUILD_SPOKEN: &str = "/cargo/build-dir";

fn out_spoken(package: &str) -> String {
    format!("{BUILD_SPOKEN}/build/{package}/out")
}

/// `<build directory>/<profile>` of an out-dir: `…/deps`, `…/examples`, `…/build/<package>[/<hash>[/out]]`.
pub(crate) fn profile_dir(out_dir: &Path) -> Option<PathBuf> {
    let is_named = |dir: &&Path, names: &[&str]| names.iter().any(|name| dir.file_name() == Some(OsStr::new(name)));
    let found = out_dir
        .ancestors()
        .take(4)
        .find(|dir| is_named(dir, &["deps", "examples", "build"]))?;
    found.parent().filter(|dir| dir.parent().is_some()).map(Path::to_owned)
}

/// The path from `cwd`, without `.`. A `..` stays: where it leads is for the file system to say, at each time anew.
pub(crate) fn absolute(path: &Path, cwd: &Path) -> PathBuf {
    cwd.join(path).components().collect()
}

/// The path with every `..` followed, to tell below which directory it lies.
pub(crate) fn resolved(path: &Path) -> Cow<'_, Path> {
    if !path.components().any(|part| part == Component::ParentDir) {
        return path.into();
    }
    let parent = path.parent().and_then(|dir| dir.canonicalize().ok());
    let whole = || Some(parent?.join(path.file_name()?));
    whole()
        .or_else(|| path.canonicalize().ok())
        .map_or(path.into(), Cow::Owned)
}

/// rustc's own libraries, wherever a distribution has put them; its file is in the key.
pub(crate) fn is_of_rustc(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().as_bytes();
    ["librustc_driver-", "libLLVM", "libstd-"]
        .iter()
        .any(|begin| name.starts_with(begin.as_bytes()))
}

fn is_locale(path: &Path) -> bool {
    path.starts_with("/usr/share/locale") || path.iter().any(|part| part == "locale" || part == "gconv")
}
