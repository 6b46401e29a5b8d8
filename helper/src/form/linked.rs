//! What a linker puts into a program, beside the crate itself. All of it is in the key, by content.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::input::{Input, State};
use super::inspect::Inspection;
use super::paths::{absolute, is_library, resolved};
use super::unit::Unit;

/// The libraries: compiled crates that were loaded, those of the toolchain and of search paths, files that the linker
/// is given.
pub(super) fn inputs(unit: &Unit<'_>, inspection: &Inspection) -> io::Result<Vec<Input>> {
    let places = &unit.places;
    let file = |path: PathBuf| Input::file(places, &path, unit.context.contents);
    let mut inputs = Vec::new();
    for name in &inspection.crates {
        let elsewhere = || io::Error::other("a crate of elsewhere");
        let found = places.path(name).ok_or_else(elsewhere)?;
        let whole = found.with_extension("rlib");
        inputs.push(file(if whole.exists() { whole } else { found })?);
    }
    for path in of_the_toolchains(inspection) {
        inputs.push(Input::new(places, &path, State::stamp(&path)));
    }
    for dir in listed_dirs(unit) {
        for entry in fs::read_dir(dir).into_iter().flatten() {
            let path = entry?.path();
            if is_library(&path) && path.is_file() {
                inputs.push(file(path)?);
            }
        }
    }
    for path in given_files(unit) {
        inputs.push(file(path)?);
    }
    Ok(inputs)
}

/// The libraries of the toolchains whose standard library was read, in `rustlib/TARGET/lib`, and the linkers beside
/// them.
fn of_the_toolchains(inspection: &Inspection) -> Vec<PathBuf> {
    let stamped = inspection.inputs.iter().filter(|input| {
        let name = input.name.as_bytes();
        matches!(input.state, State::Stamp(_)) && (name.ends_with(b".rmeta") || name.ends_with(b".rlib"))
    });
    let mut dirs: Vec<&Path> = stamped.filter_map(|input| Path::new(&input.name).parent()).collect();
    dirs.dedup();
    let files = dirs.into_iter().flat_map(|dir| {
        let libraries = fs::read_dir(dir).into_iter().flatten().flatten();
        let bin = dir.with_file_name("bin");
        let linkers = ["rust-lld", "gcc-ld/ld.lld"].map(|name| bin.join(name));
        libraries.map(|entry| entry.path()).chain(linkers)
    });
    files.filter(|path| path.is_file()).collect()
}

/// The static libraries that a library includes: `-l` of any spelling, in each search path.
pub(super) fn bundled(unit: &Unit<'_>) -> io::Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for lib in &unit.call.libs {
        let name = lib.as_bytes().rsplit(|&byte| byte == b'=').next().unwrap_or_default();
        let name = name.split(|&byte| byte == b':').next().unwrap_or_default();
        for dir in native_dirs(unit) {
            for file in [[b"lib", name, b".a"].concat(), [name, b".lib"].concat(), name.to_vec()] {
                let path = dir.join(OsStr::from_bytes(&file));
                if path.is_file() {
                    inputs.push(Input::file(&unit.places, &path, unit.context.contents)?);
                }
            }
        }
    }
    Ok(inputs)
}

/// The search paths whose libraries are in the key of a linked unit. A build script may make libraries in its own
/// package.
pub(super) fn listed_dirs<'a>(unit: &'a Unit<'_>) -> impl Iterator<Item = &'a Path> {
    let places = &unit.places;
    native_dirs(unit).filter(|dir| !places.is_constant(dir, &[]) || places.is_source(&resolved(dir)))
}

fn native_dirs<'a>(unit: &'a Unit<'_>) -> impl Iterator<Item = &'a Path> {
    let dirs = unit.native_search().map(|(_, dir)| dir.as_path());
    dirs.filter(|dir| *dir != unit.call.out_dir)
}

/// Arguments of the linker that are files, or contain one after a comma or an equals sign.
fn given_files(unit: &Unit<'_>) -> Vec<PathBuf> {
    let args = unit.call.link_args.iter();
    let words = args.flat_map(|arg| arg.as_bytes().split(|byte| b",=".contains(byte)));
    let in_search = |word: &Path| native_dirs(unit).map(|dir| dir.join(word)).find(|path| path.is_file());
    words
        .filter(|word| !word.is_empty())
        .map(|word| word.strip_prefix(b"-T").unwrap_or(word))
        .filter_map(|word| {
            let word = Path::new(OsStr::from_bytes(word));
            let here = absolute(word, unit.context.env.cwd());
            if here.is_file() { Some(here) } else { in_search(word) }
        })
        .collect()
}
