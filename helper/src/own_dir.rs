//! Whether other users can change the content of a directory. Ours must be safe: its files decide what is compiled, and
//! some are run.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Component, Path, PathBuf};

/// The maximum number of links in a path, as in the kernel.
const MAX_LINKS: usize = 40;

/// A directory that other users can change or replace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    /// Its path: the directory itself, or one above.
    pub path: PathBuf,
    /// What is wrong, in words that follow the path.
    pub why: String,
    /// Whether this user owns it, so that `chmod` fixes it.
    pub is_mode: bool,
}

impl std::fmt::Display for Stranger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.path.display(), self.why)
    }
}

/// The first directory on the way from `/` to `dir`, or in it, that others than this user and root can change.
/// Directories that do not exist yet do not count. Links are followed and checked like directories, except at or below
/// `ours`, where we create none.
pub fn stranger(dir: &Path, ours: &Path) -> Option<Stranger> {
    let mut left: Vec<OsString> = words(dir);
    let mut at = PathBuf::from("/");
    let mut links = 0;
    loop {
        let Ok(data) = fs::symlink_metadata(&at) else {
            return None;
        };
        if let Some((why, is_mode)) = fault(&data) {
            return Some(Stranger { path: at, why, is_mode });
        }
        if data.is_symlink() {
            links += 1;
            let target = fs::read_link(&at)
                .ok()
                .filter(|_| links <= MAX_LINKS && !at.starts_with(ours));
            let Some(target) = target else {
                let (why, is_mode) = is_link();
                return Some(Stranger { path: at, why, is_mode });
            };
            at.pop();
            let whole = at.join(target);
            left.extend(words(&whole));
            at = PathBuf::from("/");
        } else if !data.is_dir() {
            let why = "is not a directory".to_owned();
            return Some(Stranger {
                path: at,
                why,
                is_mode: false,
            });
        }
        match left.pop() {
            Some(word) if word == ".." => {
                at.pop();
            }
            Some(word) => at.push(word),
            None => return stranger_in(&at),
        }
    }
}

/// What others left in it while they could write to it stays theirs.
fn stranger_in(dir: &Path) -> Option<Stranger> {
    let mut entries = fs::read_dir(dir).ok()?.flatten();
    entries.find_map(|entry| {
        let data = entry.metadata().ok()?;
        let (why, is_mode) = if data.is_symlink() {
            Some(is_link())
        } else {
            fault(&data)
        }?;
        Some(Stranger {
            path: entry.path(),
            why,
            is_mode,
        })
    })
}

fn is_link() -> (String, bool) {
    ("is a link, which sccache-shell does not make".to_owned(), false)
}

/// The names in the path, the last first.
fn words(path: &Path) -> Vec<OsString> {
    let word = |part: Component<'_>| match part {
        Component::Normal(word) => Some(word.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    };
    path.components().rev().filter_map(word).collect()
}

/// What lets other users change it, and whether `chmod` fixes that. A link has no mode of its own. In a sticky
/// directory everybody may create files, but only delete their own.
fn fault(data: &Metadata) -> Option<(String, bool)> {
    const STICKY: u32 = 0o1000;
    let me = rustix::process::geteuid().as_raw();
    if data.uid() != me && data.uid() != 0 {
        return Some((format!("belongs to another user (uid {})", data.uid()), false));
    }
    if data.is_symlink() || data.mode() & STICKY != 0 {
        return None;
    }
    // On many systems each user has a group of the same number. On others all have one group, such as `users`.
    let is_groups = data.mode() & 0o020 != 0 && data.gid() != me && data.gid() != 0;
    let who = match (data.mode() & 0o002 != 0, is_groups) {
        (true, _) => "everybody".to_owned(),
        (_, true) => format!("the group {}", data.gid()),
        _ => return None,
    };
    Some((format!("may be written by {who}"), data.uid() == me))
}

/// Creates the missing directories of `dir`, for this user alone.
pub fn make(dir: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};

    fn mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_directory_that_others_can_change_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let top = fs::canonicalize(dir.path()).unwrap();
        let deep = top.join("a/b/ours/form");
        let ours = top.join("a/b/ours");
        let named =
            || stranger(&deep, &ours).map(|found| (found.path.strip_prefix(&top).unwrap().to_owned(), found.is_mode));
        assert_eq!(named(), None, "not there yet");
        make(&deep).unwrap();
        assert_eq!(named(), None);
        assert_eq!(fs::metadata(&deep).unwrap().mode() & 0o777, 0o700);
        mode(&top.join("a"), 0o777);
        assert_eq!(named(), Some(("a".into(), true)));
        mode(&top.join("a"), 0o1777);
        assert_eq!(named(), None, "as /tmp");
        fs::rename(top.join("a/b"), top.join("c")).unwrap();
        symlink("../c", top.join("a/b")).unwrap();
        assert_eq!(named(), None, "a link of this user's");
        mode(&top.join("c"), 0o757);
        assert_eq!(named(), Some(("c".into(), true)), "the target counts too");
        mode(&top.join("c"), 0o755);
        fs::rename(top.join("c/ours"), top.join("elsewhere")).unwrap();
        symlink(top.join("elsewhere"), top.join("c/ours")).unwrap();
        assert_eq!(
            stranger(&top.join("c/ours/form"), &top.join("c/ours")).unwrap().path,
            top.join("c/ours")
        );
        make(&top.join("z/ours/form/memo")).unwrap();
        mode(&top.join("z/ours/form/memo"), 0o777);
        let inside = || stranger(&top.join("z/ours/form"), &top.join("z/ours")).map(|found| found.path);
        assert_eq!(inside(), Some(top.join("z/ours/form/memo")));
        fs::remove_dir(top.join("z/ours/form/memo")).unwrap();
        assert_eq!(inside(), None);
        symlink("/", top.join("z/ours/form/memo")).unwrap();
        assert_eq!(inside(), Some(top.join("z/ours/form/memo")));
        symlink("loop", top.join("loop")).unwrap();
        assert!(stranger(&top.join("loop/x"), &ours).is_some(), "it ends");
    }

    #[test]
    fn another_users() {
        if !rustix::process::geteuid().is_root() {
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("theirs/ours");
        make(&deep).unwrap();
        chown(dir.path().join("theirs"), Some(65534), None).unwrap();
        let found = stranger(&deep, &deep).unwrap();
        assert!(
            found
                .to_string()
                .ends_with("theirs belongs to another user (uid 65534)"),
            "{found}"
        );
        chown(dir.path().join("theirs"), Some(0), Some(12345)).unwrap();
        mode(&dir.path().join("theirs"), 0o770);
        assert!(stranger(&deep, &deep).unwrap().why.ends_with("the group 12345"));
    }
}
