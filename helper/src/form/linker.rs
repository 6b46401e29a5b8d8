//! The linker: the compiler driver, and the files of the system that it reads to link an empty program.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::{Deserialize, Serialize};

use super::compiler;
use super::input::State;
use super::os_text;
use super::parts::{KeyPart, part};
use super::unit::Unit;
use crate::digest::Digest;
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::observe::{self, Use};
use crate::real_sccache::find_program;

/// The linker of a unit.
#[derive(Debug, Default)]
pub(super) struct Linker {
    /// What identifies it in the key.
    pub(super) parts: Vec<KeyPart>,
    /// The files of the system that are in the key with it; no others may be read.
    pub(super) files: Vec<PathBuf>,
}

/// A file that the linker looked for.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Looked {
    /// As it was looked for. A relative path is a different file in each directory.
    #[serde(with = "os_text")]
    path: OsString,
    was_there: bool,
}

impl Linker {
    pub(super) fn of(unit: &Unit<'_>) -> io::Result<Self> {
        let (env, store) = (unit.context.env, unit.context.store);
        let cwd = env.cwd();
        let named = unit.call.linker.as_deref().unwrap_or(Path::new("cc"));
        let missing = || io::Error::other(format!("the linker {} is not found", named.display()));
        let driver = find_program(named, env.get("PATH"), cwd).ok_or_else(missing)?;
        let identity = compiler::identity(&driver, env)?;
        let id = id(&identity, unit.call, env);
        let is_unchanged = |files: &Vec<Looked>| files.iter().all(|file| file.is_unchanged(cwd));
        let files = match store.get("linkers", &id).filter(is_unchanged) {
            Some(files) => files,
            None => {
                let files = looked_for(&driver, unit.call, env)?;
                store.put("linkers", &id, &files)?;
                files
            }
        };
        // A file that does not exist is not part of a program, and its path may be this worktree's: PATH with
        // `.direnv/bin`.
        let files = files.into_iter().filter(|file| file.was_there);
        let mut linker = Self {
            parts: vec![part("linker", identity)],
            files: Vec::new(),
        };
        for Looked { path, .. } in files {
            let file = cwd.join(&path);
            linker.parts.push(part(path.as_bytes(), State::stamp(&file).text()));
            linker.files.push(file);
        }
        Ok(linker)
    }
}

impl Looked {
    fn is_unchanged(&self, cwd: &Path) -> bool {
        cwd.join(&self.path).exists() == self.was_there
    }
}

/// Names a linker by everything that decides where it looks for files.
fn id(identity: &str, call: &Invocation, env: &Environment) -> String {
    let mut digest = Digest::new("linker");
    digest.field(identity.as_bytes());
    let mut settings: Vec<&[u8]> = linker_options(call).collect();
    for name in ["PATH", "COMPILER_PATH", "LIBRARY_PATH", "GCC_EXEC_PREFIX", "SYSROOT"] {
        settings.push(env.get(name).map(OsStr::as_bytes).unwrap_or_default());
    }
    if settings.iter().any(|text| is_relative(text)) {
        settings.push(env.cwd().as_os_str().as_bytes());
    }
    for text in settings {
        digest.field(text);
    }
    digest.hex()
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

/// The options that choose the linker.
fn linker_options(call: &Invocation) -> impl Iterator<Item = &[u8]> {
    let words = call.link_args.iter().map(|arg| arg.as_bytes());
    words.filter(|word| word.starts_with(b"-fuse-ld") || word.starts_with(b"-B") || word.starts_with(b"--ld-path"))
}

/// The files that the driver looks for when it links an empty program in the ways that rustc does.
fn looked_for(driver: &Path, call: &Invocation, env: &Environment) -> io::Result<Vec<Looked>> {
    let temp = tempfile::Builder::new().prefix("sccache-shell").tempdir()?;
    fs::write(temp.path().join(EMPTY), "int main(void) { return 0; }\n")?;
    let link = |options: &[&str]| {
        let mut command = Command::new(driver);
        command.args(linker_options(call).map(OsStr::from_bytes)).args(options);
        files_of_link(&mut command, temp.path(), env.cwd())
    };
    let mut files = link(&[])?;
    // Position-independent and shared objects begin with different startup files.
    files.extend(link(&["-shared", "-fPIC"])?);
    files.extend(link(&["-static"]).unwrap_or_default());
    // C++ in a library needs it; not every machine has it.
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

/// The source of an empty program.
const EMPTY: &str = "empty.c";

/// Links the empty program in `temp`, and returns the files of the system that were looked for.
fn files_of_link(command: &mut Command, temp: &Path, cwd: &Path) -> io::Result<Vec<PathBuf>> {
    const LIBRARIES: [&str; 7] = ["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl", "-lc"];
    command.arg(temp.join(EMPTY)).arg("-o").arg(temp.join("out"));
    command
        .args(LIBRARIES)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let (status, seen) = observe::status(command, &[PathBuf::from("/")])?;
    if !status.success() {
        return Err(io::Error::other("the linker cannot link an empty program"));
    }
    let seen = seen.ok_or_else(|| io::Error::other("nothing may watch the linker"))?;
    let names: Vec<&OsStr> = seen
        .of(&[Use::Read, Use::Run])
        .filter_map(|(_, path)| path.file_name())
        .collect();
    // Files of these names that do not exist count too: they may be created.
    let counts = |how: Use, path: &Path| match how {
        Use::Read | Use::Run => true,
        Use::Absent | Use::Exists => path.file_name().is_some_and(|name| names.contains(&name)),
        Use::List | Use::Write => false,
    };
    // Temporary files of the driver or of a script do not.
    let written: Vec<&Path> = seen.of(&[Use::Write]).map(|(_, path)| path).collect();
    let is_temporary = |path: &Path| written.contains(&path) || path.starts_with(temp);
    let uses = seen.uses.iter();
    let counted = uses.filter(|(how, path)| counts(*how, path) && !is_temporary(path));
    // The driver looks in its working directory too, which differs from package to package.
    let named = |path: &Path| match path.parent() {
        Some(dir) if dir == cwd => PathBuf::from(path.file_name().unwrap_or_default()),
        _ => path.components().collect(),
    };
    Ok(counted.map(|(_, path)| named(path)).collect())
}
