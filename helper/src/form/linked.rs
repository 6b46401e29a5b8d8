//! What the linker makes a program of, beside the crate itself: all of it is in the key, by content.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::{Deserialize, Serialize};

use super::Ground;
use super::compiler;
use super::contents::Contents;
use super::input::{self, Input, State, is_library, named};
use super::inspect::Inspection;
use super::place::{Places, absolute};
use super::store::Store;
use crate::digest::Digest;
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::observe::{self, Use};
use crate::real_sccache;

/// The libraries: compiled crates that were loaded, archives in search paths, files that the linker is given.
pub(crate) fn inputs(
    call: &Invocation,
    places: &Places,
    ground: &Ground<'_>,
    inspection: &Inspection,
) -> io::Result<Vec<Input>> {
    let Ground { env, contents, .. } = *ground;
    let mut inputs = Vec::new();
    for name in &inspection.crates {
        let found = places
            .path(name)
            .ok_or_else(|| io::Error::other("a crate of elsewhere"))?;
        let whole = found.with_extension("rlib");
        let path = if whole.exists() { whole } else { found };
        inputs.push(named(places, &path, State::File(contents.of(&path)?)));
    }
    let stamped = inspection.inputs.iter().filter(|input| {
        let name = input.name.as_bytes();
        matches!(input.state, State::Stamp(_)) && (name.ends_with(b".rmeta") || name.ends_with(b".rlib"))
    });
    let mut libraries: Vec<&Path> = stamped.filter_map(|input| Path::new(&input.name).parent()).collect();
    libraries.dedup();
    for path in libraries.into_iter().flat_map(of_the_toolchain) {
        inputs.push(named(places, &path, State::stamp(&path)));
    }
    for dir in listed_dirs(call, places) {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry?.path();
            if is_library(&path) && path.is_file() {
                inputs.push(named(places, &path, State::File(contents.of(&path)?)));
            }
        }
    }
    for path in given_files(call, env) {
        inputs.push(named(places, &path, State::File(contents.of(&path)?)));
    }
    Ok(input::tidy(inputs))
}

/// What a toolchain gives to a program: its libraries, in `rustlib/TARGET/lib`, and the linkers beside them.
fn of_the_toolchain(libraries: &Path) -> Vec<PathBuf> {
    let all = fs::read_dir(libraries)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path());
    let bin = libraries.with_file_name("bin");
    let linkers = ["rust-lld", "gcc-ld/ld.lld"].map(|name| bin.join(name));
    all.chain(linkers).filter(|path| path.is_file()).collect()
}

/// The static libraries that a library takes in: `-l` of any spelling, wherever a search path has it.
pub(crate) fn bundled(call: &Invocation, places: &Places, contents: &Contents<'_>) -> io::Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for lib in &call.libs {
        let name = lib.as_bytes().rsplit(|&byte| byte == b'=').next().unwrap_or_default();
        let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
        for dir in native_dirs(call) {
            for file in [[b"lib", name, b".a"].concat(), [name, b".lib"].concat(), name.to_vec()] {
                let path = dir.join(OsStr::from_bytes(&file));
                if path.is_file() {
                    inputs.push(named(places, &path, State::File(contents.of(&path)?)));
                }
            }
        }
    }
    Ok(input::tidy(inputs))
}

/// Those whose libraries are in the key of what is linked.
pub(super) fn listed_dirs<'a>(call: &'a Invocation, places: &Places) -> impl Iterator<Item = &'a Path> {
    native_dirs(call).filter(|dir| !places.is_constant(dir, &[]))
}

fn native_dirs(call: &Invocation) -> impl Iterator<Item = &Path> {
    let native = call
        .search
        .iter()
        .filter(|(kind, dir)| (kind == "native" || kind == "all") && *dir != call.out_dir);
    native.map(|(_, dir)| dir.as_path())
}

/// Arguments of the linker that are files, or have one after a comma or an equals sign.
fn given_files(call: &Invocation, env: &Environment) -> Vec<PathBuf> {
    let words = call
        .link_args
        .iter()
        .flat_map(|arg| arg.as_bytes().split(|byte| b",=".contains(byte)));
    let in_search = |word: &Path| native_dirs(call).map(|dir| dir.join(word)).find(|path| path.is_file());
    words
        .filter(|word| !word.is_empty())
        .map(|word| word.strip_prefix(b"-T").unwrap_or(word))
        .filter_map(|word| {
            let word = Path::new(OsStr::from_bytes(word));
            let here = absolute(word, env.cwd());
            if here.is_file() { Some(here) } else { in_search(word) }
        })
        .collect()
}

/// The driver and all that it reads to link nothing.
pub(crate) fn linker(call: &Invocation, env: &Environment, store: &Store) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let named = call.linker.as_deref().unwrap_or(Path::new("cc"));
    let missing = || io::Error::other(format!("the linker {} is not found", named.display()));
    let driver = real_sccache::find_program(named, env.get("PATH"), env.cwd()).ok_or_else(missing)?;
    let driver_identity = compiler::identity(&driver, env)?;
    let mut digest = Digest::new("linker");
    digest.field(driver_identity.as_bytes());
    let mut where_to_look: Vec<&[u8]> = chosen(call).collect();
    for name in ["PATH", "COMPILER_PATH", "LIBRARY_PATH", "GCC_EXEC_PREFIX", "SYSROOT"] {
        where_to_look.push(env.get(name).map(OsStr::as_bytes).unwrap_or_default());
    }
    if where_to_look.iter().any(|text| is_relative(text)) {
        where_to_look.push(env.cwd().as_os_str().as_bytes());
    }
    for text in where_to_look {
        digest.field(text);
    }
    let id = digest.hex();
    let remembered = store.read("linkers", &id);
    let remembered = remembered.and_then(|text| serde_json::from_slice::<Vec<Looked>>(&text).ok());
    let files = match remembered.filter(|files| files.iter().all(|file| file.holds(env.cwd()))) {
        Some(files) => files,
        None => {
            let files = what_it_reads(&driver, call, env)?;
            store.write("linkers", &id, &serde_json::to_vec(&files)?)?;
            files
        }
    };
    let mut lines = vec![(b"linker".to_vec(), driver_identity.into_bytes())];
    // What is not there has no part in the program, and its path may be this worktree's: PATH with `.direnv/bin`.
    for file in files.iter().filter(|file| file.was_there) {
        let stamp = State::stamp(&env.cwd().join(&file.path));
        lines.push((file.path.as_bytes().to_owned(), stamp.text().into()));
    }
    Ok(lines)
}

/// A file that the linker looked for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Looked {
    /// As it was looked for: one that is relative is another file in each directory.
    path: OsString,
    was_there: bool,
}

impl Looked {
    /// Whether it would be found, or not, as it was.
    fn holds(&self, cwd: &Path) -> bool {
        cwd.join(&self.path).exists() == self.was_there
    }
}

/// Whether a search path, or an option with one, depends on the directory.
fn is_relative(text: &[u8]) -> bool {
    let text = text
        .strip_prefix(b"-B")
        .or_else(|| text.strip_prefix(b"--ld-path="))
        .unwrap_or(text);
    let mut dirs = text.split(|&byte| byte == b':').filter(|dir| !dir.is_empty());
    dirs.any(|dir| !dir.starts_with(b"/") && !dir.starts_with(b"-"))
}

/// The files by which the link of nothing is keyed; the shim allows no other of the system's.
pub(crate) fn linker_files(lines: &[(Vec<u8>, Vec<u8>)], cwd: &Path) -> Vec<PathBuf> {
    lines
        .iter()
        .skip(1)
        .map(|(path, _)| cwd.join(OsStr::from_bytes(path)))
        .collect()
}

/// Which linker the driver is told to take.
fn chosen(call: &Invocation) -> impl Iterator<Item = &[u8]> {
    let words = call.link_args.iter().map(|arg| arg.as_bytes());
    words.filter(|word| word.starts_with(b"-fuse-ld") || word.starts_with(b"-B") || word.starts_with(b"--ld-path"))
}

/// Links an empty program as rustc would, and notes which files of the system that took.
fn what_it_reads(driver: &Path, call: &Invocation, env: &Environment) -> io::Result<Vec<Looked>> {
    const LIBRARIES: [&str; 7] = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];
    let temp = tempfile::Builder::new().prefix("sccache-shell").tempdir()?;
    let source = temp.path().join("empty.c");
    fs::write(&source, "int main(void) { return 0; }\n")?;
    let link = |more: &[&str]| -> io::Result<Vec<PathBuf>> {
        let mut command = Command::new(driver);
        command
            .args(chosen(call).map(OsStr::from_bytes))
            .args(more)
            .arg(&source)
            .arg("-o")
            .arg(temp.path().join("out"))
            .args(LIBRARIES)
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let (status, seen) = observe::status(&mut command, &[Path::new("/")])?;
        if !status.success() {
            return Err(io::Error::other("the linker cannot link an empty program"));
        }
        let uses = seen
            .ok_or_else(|| io::Error::other("nothing may watch the linker"))?
            .uses;
        let read = uses.iter().filter(|(how, _)| matches!(how, Use::Read | Use::Run));
        let names: Vec<_> = read.filter_map(|(_, path)| path.file_name()).collect();
        // Also where one was looked for in vain: there another may appear.
        let counts = |how: &Use, path: &Path| match how {
            Use::Read | Use::Run => true,
            Use::Absent | Use::Exists => path.file_name().is_some_and(|name| names.contains(&name)),
            Use::List | Use::Write => false,
        };
        // What the driver, or a script, wrote for itself goes with it.
        let written: Vec<&PathBuf> = uses
            .iter()
            .filter(|(how, _)| *how == Use::Write)
            .map(|(_, path)| path)
            .collect();
        let passes = |path: &PathBuf| written.contains(&path) || path.starts_with(temp.path());
        let counted = uses.iter().filter(|(how, path)| counts(how, path) && !passes(path));
        // It looks in the directory where it is run, too, which is another one for each package.
        let named = |path: &Path| match path.parent() {
            Some(dir) if dir == env.cwd() => PathBuf::from(path.file_name().unwrap_or_default()),
            _ => path.components().collect(),
        };
        Ok(counted.map(|(_, path)| named(path)).collect())
    };
    let mut files = link(&[])?;
    // A position-independent and a shared one begin with other objects.
    files.extend(link(&["-shared", "-fPIC"])?);
    files.extend(link(&["-static"]).unwrap_or_default());
    // Not every machine has it; C++ in a library asks for it.
    files.extend(link(&["-Wl,-Bdynamic", "-lstdc++"]).unwrap_or_default());
    let temp_dir = std::env::temp_dir();
    let is_gone = |path: &Path| path.starts_with(&temp_dir) && !path.exists();
    files.retain(|path| !path.starts_with("/proc") && !path.starts_with("/dev") && !is_gone(path));
    files.sort();
    files.dedup();
    let looked = files.into_iter().map(|path| Looked {
        was_there: env.cwd().join(&path).exists(),
        path: path.into_os_string(),
    });
    Ok(looked.collect())
}
