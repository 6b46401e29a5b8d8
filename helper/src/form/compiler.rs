//! The compiler, and the shim that stands in its place for sccache.
//!
//! sccache caches what it learns of a compiler by path and mtime (0.19, `src/server.rs`), and every mtime in the Nix
//! store is 1. So each compiler has a shim path of its own.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use super::store::Store;
use crate::digest::Digest;
use crate::environment::Environment;
use crate::real_sccache;
use crate::why::{Rule, Why};

/// The link beside the shim to the compiler that it stands for.
pub(crate) const REAL: &str = "real";

/// A compiler that was found.
#[derive(Debug, Clone)]
pub(crate) struct Compiler {
    /// Its absolute path.
    pub(crate) path: PathBuf,
    /// See [`identity`].
    pub(crate) identity: String,
}

/// Finds the compiler that cargo calls `named`. An error if it is not certain which program that runs.
pub(crate) fn find(named: &Path, env: &Environment) -> Result<Compiler, Why> {
    let unclear = |what: &str| Rule::Compiler.because(what);
    let mut path =
        real_sccache::find_program(named, env.get("PATH"), env.cwd()).ok_or_else(|| unclear("no such compiler"))?;
    if is_proxy(&path) {
        path = behind_proxy(env, named)
            .ok_or_else(|| unclear("rustup's proxy, and which toolchain it takes is not said"))?;
    }
    let identity = identity(&path, env)?;
    Ok(Compiler { path, identity })
}

/// Identifies a program: by path, time and size; a script also by its content and the variables that it uses.
pub(crate) fn identity(path: &Path, env: &Environment) -> io::Result<String> {
    let data = fs::metadata(path)?;
    let mut digest = Digest::new("program");
    digest.field(fs::canonicalize(path)?.as_os_str().as_encoded_bytes());
    digest.field(&data.len().to_le_bytes());
    digest.field(&data.mtime().to_le_bytes());
    digest.field(&data.mtime_nsec().to_le_bytes());
    // A script is small, and may change without a change of size or time.
    if data.len() < 1 << 16 {
        let text = fs::read(path)?;
        digest.field(&text);
        if text.starts_with(b"#!") && !path.starts_with("/nix/store") {
            for name in variables_of(&text) {
                digest.field(name.as_bytes());
                digest.field(env.get(name).map(OsStr::as_encoded_bytes).unwrap_or_default());
            }
        }
    }
    Ok(digest.hex())
}

/// The variables that a script uses, `$NAME` or `${NAME`, except those of every shell.
fn variables_of(script: &[u8]) -> Vec<&str> {
    const EVERYWHERE: &[&str] = &[
        "HOME", "IFS", "LINENO", "OLDPWD", "PATH", "PWD", "RANDOM", "SHLVL", "TEMP", "TEMPDIR", "TMP", "TMPDIR", "UID",
        "USER",
    ];
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let names = memchr::memchr_iter(b'$', script).filter_map(|at| {
        let rest = &script[at + 1..];
        let rest = rest.strip_prefix(b"{").unwrap_or(rest);
        let end = rest.iter().position(|byte| !is_name(byte)).unwrap_or(rest.len());
        std::str::from_utf8(&rest[..end]).ok()
    });
    let mut names: Vec<&str> = names
        .filter(|name| name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_'))
        // nixpkgs' variables have rules of their own.
        .filter(|name| !EVERYWHERE.contains(name) && !name.starts_with("NIX_"))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether it is rustup's own binary by a different name.
fn is_proxy(path: &Path) -> bool {
    let named = fs::canonicalize(path).is_ok_and(|path| path.file_stem() == Some(OsStr::new("rustup")));
    let inode = |path: &Path| fs::metadata(path).map(|data| (data.dev(), data.ino())).ok();
    named || inode(&path.with_file_name("rustup")).is_some_and(|rustup| inode(path) == Some(rustup))
}

/// The compiler that the proxy would run: rustup's `cargo` puts the toolchain into a variable.
fn behind_proxy(env: &Environment, named: &Path) -> Option<PathBuf> {
    let toolchain = env.get("RUSTUP_TOOLCHAIN")?;
    let path = rustup_home(env)?
        .join("toolchains")
        .join(toolchain)
        .join("bin")
        .join(named.file_name()?);
    (!toolchain.as_encoded_bytes().contains(&b'/') && path.is_file()).then_some(path)
}

/// RUSTUP_HOME, else `~/.rustup`.
fn rustup_home(env: &Environment) -> Option<PathBuf> {
    let home = env.path("RUSTUP_HOME").map(Path::to_owned);
    home.or_else(|| Some(env.path("HOME")?.join(".rustup")))
}

/// Directories that belong to compilers alone.
pub(super) fn toolchains(rustc: &Path, env: &Environment) -> Vec<PathBuf> {
    let rustc = rustc.canonicalize().unwrap_or_else(|_| rustc.to_owned());
    let own = rustc.parent().and_then(Path::parent).map(|dir| dir.join("lib/rustlib"));
    let both = own
        .into_iter()
        .chain(rustup_home(env).map(|home| home.join("toolchains")));
    both.filter(|dir| dir.parent().is_some()).collect()
}

/// The path of the shim for `compiler`, created or updated if necessary.
pub(crate) fn shim(store: &Store, compiler: &Compiler) -> io::Result<PathBuf> {
    let me = std::env::current_exe()?;
    // sccache runs another rustc of PATH in place of a link to such a file (0.19, `src/util.rs`,
    // `resolve_compiler_avoiding_wrapper`).
    if me.file_stem().is_some_and(|name| name == "sccache" || name == "ccache") {
        return Err(io::Error::other(format!(
            "sccache would go past it: {} is called like a compiler cache; name the file sccache-shell and link to it",
            me.display()
        )));
    }
    let mut id = Digest::new("shim");
    id.field(compiler.path.as_os_str().as_encoded_bytes());
    id.field(compiler.identity.as_bytes());
    id.field(identity(&me, &Environment::current())?.as_bytes());
    let dir = store.dir(&format!("rustc/{}", &id.hex()[..32]))?;
    let shim = dir.join("rustc");
    link(&compiler.path, &dir.join(REAL))?;
    link(&me, &shim)?;
    Ok(shim)
}

fn link(to: &Path, at: &Path) -> io::Result<()> {
    if fs::read_link(at).is_ok_and(|there| there == to) {
        return Ok(());
    }
    // Two processes may do this at once, so each renames its own link into place.
    let made = at.with_file_name(format!(
        ".{}-{}",
        at.file_name().unwrap_or_default().display(),
        std::process::id()
    ));
    let _ = fs::remove_file(&made);
    symlink(to, &made)?;
    fs::rename(&made, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_names_its_variables() {
        let script = b"#!/bin/sh\nexec cc \"$@\" $MY_FLAGS ${OTHER:-x} $1 $HOME $$ ${#A}";
        assert_eq!(variables_of(script), ["MY_FLAGS", "OTHER"]);
    }

    #[test]
    fn a_scripts_variable_is_part_of_its_identity() {
        let dir = tempfile::tempdir().unwrap();
        let script = dir.path().join("cc");
        fs::write(&script, "#!/bin/sh\nexec cc \"$@\" $MY_FLAGS\n").unwrap();
        let with =
            |name: &str, value: &str| identity(&script, &Environment::new([(name, value)], Path::new("/"))).unwrap();
        assert_ne!(with("MY_FLAGS", "a"), with("MY_FLAGS", "b"));
        assert_eq!(with("OTHER", "a"), with("OTHER", "b"));
    }
}
