//! Whether a directory can be sccache's TMPDIR.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path};

use rustix::fs::{Access, access};

/// The longest TMPDIR with which sccache can start its server, in bytes: it binds the socket
/// `TMPDIR/sccacheXXXXXX/sock`, and a socket path must fit `sockaddr_un` (108 bytes on Linux, 104 on macOS).
pub const MAX_LEN: usize = if cfg!(target_os = "macos") { 84 } else { 88 };

/// Why a directory cannot be used as TMPDIR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Set, but empty: programs then write into their working directory.
    #[error("is empty")]
    Empty,
    /// Not an absolute path: the server changes to `/` and looks there.
    #[error("is not an absolute path")]
    Relative,
    /// It does not exist.
    #[error("does not exist")]
    Missing,
    /// It is not a directory.
    #[error("is not a directory")]
    NotADirectory,
    /// This user cannot create files in it.
    #[error("is not writable")]
    NotWritable,
    /// Longer than [`MAX_LEN`]; holds its length in bytes.
    #[error("has {0} bytes, over {MAX_LEN}")]
    TooLong(usize),
    /// Made by Nix for one shell, and deleted with it.
    #[error("vanishes with its Nix shell")]
    Ephemeral,
}

/// What is wrong with `dir`, the worst first; `None` if it can be used.
pub fn fault(dir: &Path) -> Option<Fault> {
    let len = dir.as_os_str().len();
    if len == 0 {
        Some(Fault::Empty)
    } else if !dir.is_absolute() {
        Some(Fault::Relative)
    } else if let Some(fault) = unusable(dir) {
        Some(fault)
    } else if len > MAX_LEN {
        Some(Fault::TooLong(len))
    } else if is_ephemeral(dir) {
        Some(Fault::Ephemeral)
    } else {
        None
    }
}

fn unusable(dir: &Path) -> Option<Fault> {
    match dir.metadata() {
        Err(_) => Some(Fault::Missing),
        Ok(meta) if !meta.is_dir() => Some(Fault::NotADirectory),
        Ok(_) if access(dir, Access::WRITE_OK | Access::EXEC_OK).is_err() => Some(Fault::NotWritable),
        Ok(_) => None,
    }
}

/// Whether `dir` is, or lies in, a directory that Nix made for one shell: `nix-shell.XXXXXX`
/// (`nix develop`, NixOS/nix `src/nix/develop.cc`) or `nix-shell-PID-N` (`nix-shell` from 2.24.10 on).
pub fn is_ephemeral(dir: &Path) -> bool {
    dir.components().any(|part| match part {
        Component::Normal(name) => is_nix_shell_name(name),
        _ => false,
    })
}

fn is_nix_shell_name(name: &OsStr) -> bool {
    let is_number = |bytes: &[u8]| !bytes.is_empty() && bytes.iter().all(u8::is_ascii_digit);
    match name.as_bytes().strip_prefix(b"nix-shell") {
        Some([b'.', _, ..]) => true,
        Some([b'-', rest @ ..]) => rest.splitn(2, |b| *b == b'-').filter(|part| is_number(part)).count() == 2,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_nix_throw_away_directories() {
        for dir in [
            "/tmp/nix-shell.aB3dE6",
            "/tmp/nix-shell-4711-0",
            "/tmp/nix-shell.aB3dE6/x",
        ] {
            assert!(is_ephemeral(Path::new(dir)), "{dir}");
        }
        for dir in [
            "/tmp",
            "/home/me/nix-shell",
            "/home/me/nix-shell-projects/tmp",
            "/tmp/nix-shell-1",
            "/tmp/nix-shell.",
        ] {
            assert!(!is_ephemeral(Path::new(dir)), "{dir}");
        }
    }

    #[test]
    fn a_directory_of_88_bytes_is_the_longest() {
        let root = tempfile::tempdir().unwrap();
        let pad = MAX_LEN - root.path().as_os_str().len() - 1;
        let fits = root.path().join("x".repeat(pad));
        let long = root.path().join("x".repeat(pad + 1));
        std::fs::create_dir(&fits).unwrap();
        std::fs::create_dir(&long).unwrap();
        assert_eq!(fault(&fits), None);
        assert_eq!(fault(&long), Some(Fault::TooLong(MAX_LEN + 1)));
    }

    #[test]
    fn says_what_is_wrong() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("file");
        std::fs::write(&file, "").unwrap();
        let nix = root.path().join("nix-shell.aB3dE6");
        std::fs::create_dir(&nix).unwrap();
        assert_eq!(fault(Path::new("")), Some(Fault::Empty));
        assert_eq!(fault(Path::new("tmp")), Some(Fault::Relative));
        assert_eq!(fault(&root.path().join("none")), Some(Fault::Missing));
        assert_eq!(fault(&file), Some(Fault::NotADirectory));
        assert_eq!(fault(&nix), Some(Fault::Ephemeral));
    }
}
