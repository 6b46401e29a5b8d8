//! Finding the real sccache, behind any number of our own links of that name.

use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// The file name of sccache, and of the wrapper.
pub const NAME: &str = "sccache";

/// The module's link to the real sccache, beside the wrapper's link.
const BESIDE: &str = "real";

/// The name of our own binary, and of the directory of its links.
const OURS: &str = "sccache-shell";

/// A longer chain of links is a mistake.
const MAX_LINKS: usize = 8;

/// Finds the real sccache: beside `called_as` (the path or name by which this process was called), else the first on
/// `search` (the value of PATH) that is not ours; never our own binary, in any version.
pub fn find(called_as: Option<&Path>, search: Option<&OsStr>) -> Option<PathBuf> {
    called_as
        .filter(|path| path.components().count() > 1)
        .and_then(beside)
        .or_else(|| {
            candidates(OsStr::new(NAME), search)
                .find_map(|path| if is_ours(&path) { beside(&path) } else { Some(path) })
        })
}

/// Every `sccache` on `search`, including ours, in the order of `search`.
pub fn all_on_path(search: Option<&OsStr>) -> impl Iterator<Item = PathBuf> + '_ {
    candidates(OsStr::new(NAME), search)
}

/// The program as a shell finds it: a path (relative to `cwd`) if it has a slash, else the first on `search`.
pub fn find_program(program: &Path, search: Option<&OsStr>, cwd: &Path) -> Option<PathBuf> {
    if program.components().count() > 1 {
        return Some(cwd.join(program)).filter(|path| is_program(path));
    }
    candidates(program.file_name()?, search).next()
}

/// Whether `path` is this binary, or a different version of it.
pub fn is_ours(path: &Path) -> bool {
    is_named_ours(path) || is_this_binary(path).unwrap_or(false)
}

/// Whether `path` is a script that calls sccache, such as `exec sccache "$@"`.
pub fn is_called_by(path: &Path) -> bool {
    const MAX_SCRIPT: u64 = 1 << 14;
    let mut text = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(MAX_SCRIPT).read_to_end(&mut text));
    if read.is_err() || !text.starts_with(b"#!") {
        return false;
    }
    let text = String::from_utf8_lossy(&text);
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    let mut words = lines.flat_map(|line| line.split(|c: char| c.is_whitespace() || "\"';&|()".contains(c)));
    words.any(|word| Path::new(word).file_name() == Some(OsStr::new(NAME)))
}

fn candidates<'a>(name: &'a OsStr, search: Option<&'a OsStr>) -> impl Iterator<Item = PathBuf> + 'a {
    search
        .into_iter()
        .flat_map(std::env::split_paths)
        .filter(|dir| dir.is_absolute())
        .map(move |dir| dir.join(name))
        .filter(|path| is_program(path))
}

/// The link `real` in the directory of `link`, or of what `link` points to, and so on.
fn beside(link: &Path) -> Option<PathBuf> {
    let mut link = link.to_owned();
    for _ in 0..MAX_LINKS {
        let real = link.with_file_name(BESIDE);
        // Only in a directory of ours: a user's ~/bin may contain a different program called `real`.
        let in_our_directory = link.parent().and_then(Path::file_name) == Some(OsStr::new(OURS));
        if in_our_directory && is_program(&real) {
            // The target, so that `ps` shows a server that it starts as `sccache`.
            return fs::canonicalize(real).ok().filter(|path| !is_ours(path));
        }
        link = link.with_file_name("").join(fs::read_link(&link).ok()?);
    }
    None
}

fn is_program(path: &Path) -> bool {
    access(path, Access::EXEC_OK).is_ok() && path.is_file()
}

fn is_named_ours(path: &Path) -> bool {
    fs::canonicalize(path).is_ok_and(|path| path.file_name() == Some(OsStr::new(OURS)))
}

fn is_this_binary(path: &Path) -> std::io::Result<bool> {
    let it = fs::metadata(path)?;
    let me = fs::metadata(std::env::current_exe()?)?;
    Ok((it.dev(), it.ino()) == (me.dev(), me.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    struct Dirs(tempfile::TempDir);

    impl Dirs {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn program(&self, path: &str) -> PathBuf {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, "#!/bin/sh\n").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            fs::canonicalize(path).unwrap()
        }

        fn link(&self, path: &str, target: &Path) -> PathBuf {
            let path = self.0.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            symlink(target, &path).unwrap();
            path
        }

        fn search(&self, dirs: &[&str]) -> std::ffi::OsString {
            std::env::join_paths(dirs.iter().map(|dir| self.0.path().join(dir))).unwrap()
        }
    }

    #[test]
    fn the_one_beside_the_link_wins() {
        let dirs = Dirs::new();
        let real = dirs.program("store/bin/sccache");
        dirs.program("other/sccache");
        let ours = dirs.program("helper/sccache-shell");
        dirs.link("libexec/sccache-shell/real", &real);
        let called = dirs.link("libexec/sccache-shell/sccache", &ours);
        let search = dirs.search(&["other"]);
        assert_eq!(find(Some(&called), Some(&search)), Some(real.clone()));
        let through_another_link = dirs.link("home/bin/sccache", &called);
        assert_eq!(find(Some(&through_another_link), Some(&search)), Some(real));
    }

    #[test]
    fn never_itself_however_nested() {
        let dirs = Dirs::new();
        let ours = dirs.program("new/sccache-shell");
        let older = dirs.program("old/sccache-shell");
        let called = dirs.link("a/sccache", &ours);
        dirs.link("b/sccache", &older);
        let me = dirs.link("c/sccache", &std::env::current_exe().unwrap());
        let search = dirs.search(&["a", "b", "c"]);
        assert_eq!(find(Some(&called), Some(&search)), None);
        assert!(is_ours(&me));
        let real = dirs.program("d/sccache");
        let search = dirs.search(&["a", "b", "c", "d"]);
        assert_eq!(find(Some(&called), Some(&search)), Some(real));
    }

    #[test]
    fn ours_on_path_leads_to_the_real_one_beside_it() {
        let dirs = Dirs::new();
        let real = dirs.program("store/bin/sccache");
        let ours = dirs.program("new/sccache-shell");
        dirs.link("libexec/sccache-shell/sccache", &ours);
        dirs.link("libexec/sccache-shell/real", &real);
        assert_eq!(find(None, Some(&dirs.search(&["libexec/sccache-shell"]))), Some(real));
    }

    #[test]
    fn a_program_called_real_elsewhere_is_not_taken() {
        let dirs = Dirs::new();
        let ours = dirs.program("new/sccache-shell");
        dirs.program("bin/real");
        let called = dirs.link("bin/sccache", &ours);
        assert_eq!(find(Some(&called), None), None);
    }

    #[test]
    fn a_real_that_is_ours_is_not_taken() {
        let dirs = Dirs::new();
        let ours = dirs.program("new/sccache-shell");
        let called = dirs.link("libexec/sccache-shell/sccache", &ours);
        dirs.link("libexec/sccache-shell/real", &ours);
        assert_eq!(find(Some(&called), None), None);
    }

    #[test]
    fn scripts_that_call_sccache() {
        let dirs = Dirs::new();
        let script = dirs.program("bin/shim");
        for (text, calls) in [
            ("#!/bin/sh\nexec sccache \"$@\"\n", true),
            ("#!/bin/sh\nX=1 \"/opt/bin/sccache\" \"$@\"; exit\n", true),
            ("#!/bin/sh\n# not sccache any more\nexec \"$@\"\n", false),
            ("#!/bin/sh\nexec sccache-dist \"$@\"\n", false),
            ("\x7fELF sccache", false),
        ] {
            fs::write(&script, text).unwrap();
            assert_eq!(is_called_by(&script), calls, "{text}");
        }
        assert!(!is_called_by(Path::new("/nonexistent")));
    }

    #[test]
    fn what_cannot_run_is_passed_over() {
        let dirs = Dirs::new();
        fs::create_dir_all(dirs.0.path().join("a/sccache")).unwrap();
        fs::create_dir_all(dirs.0.path().join("b")).unwrap();
        fs::write(dirs.0.path().join("b/sccache"), "text").unwrap();
        let real = dirs.program("c/sccache");
        assert_eq!(find(None, Some(&dirs.search(&["a", "b", "c"]))), Some(real));
        assert_eq!(find(Some(Path::new("sccache")), Some(OsStr::new(""))), None);
    }
}
