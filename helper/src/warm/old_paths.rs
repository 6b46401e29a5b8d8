//! Whether something names the worktree or build directory it was made in. Cargo moves a build script's own OUT_DIR in
//! the script's output along with the target directory; nobody moves what stands in files, or any other path.
//!
//! A name that is found too much costs a rebuild, one that is missed could build with another worktree's files. So any
//! occurrence counts, whatever stands before or after it, but for places that no worktree owns.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use memchr::memmem::Finder;

/// Files are read in pieces of this size.
const PIECE: usize = 1 << 20;

/// The paths to look for.
#[derive(Debug, Clone)]
pub(crate) struct OldPaths {
    /// What is searched for, and the whole path it is part of.
    needles: Vec<Finder<'static>>,
    /// Places that may lie below an old path and are nobody's own.
    shared: Vec<Vec<u8>>,
}

impl OldPaths {
    /// `old` are the directories that stay behind, `shared` those that all worktrees have in common.
    pub(crate) fn new<'a>(old: impl IntoIterator<Item = &'a Path>, shared: impl IntoIterator<Item = &'a Path>) -> Self {
        let mut words: Vec<&[u8]> = old.into_iter().map(needle).collect();
        words.sort();
        // What begins with another is found with it.
        words.dedup_by(|next, kept| next.starts_with(kept));
        Self {
            needles: words.into_iter().map(|word| Finder::new(word).into_owned()).collect(),
            shared: shared
                .into_iter()
                .map(|path| path.as_os_str().as_bytes().to_vec())
                .collect(),
        }
    }

    /// Whether `text` names an old path, but for those that lie in `moved` (an OUT_DIR that cargo moves along).
    pub(crate) fn are_in(&self, text: &[u8], moved: Option<&Path>) -> bool {
        self.begin_in(text, 0..text.len(), moved)
    }

    /// The same of names that begin within `range`.
    fn begin_in(&self, text: &[u8], range: Range<usize>, moved: Option<&Path>) -> bool {
        let moved = moved.map(|path| path.as_os_str().as_bytes());
        self.needles.iter().any(|needle| {
            let mut found = needle.find_iter(text).filter(|at| range.contains(at));
            found.any(|at| {
                let is_in = |place: &[u8]| lies_in(text, at, needle, place);
                !moved.is_some_and(is_in) && !self.shared.iter().any(|place| is_in(place))
            })
        })
    }

    /// Whether the file names an old path.
    pub(crate) fn are_in_file(&self, path: &Path) -> io::Result<bool> {
        let mut file = File::open(path)?;
        let lengths = self.needles.iter().map(|needle| needle.needle().len());
        let longest = lengths.chain(self.shared.iter().map(Vec::len)).max().unwrap_or(0);
        let mut text = Vec::with_capacity(PIECE + 2 * longest);
        let mut begin = 0;
        loop {
            let read = file.by_ref().take(PIECE as u64).read_to_end(&mut text)?;
            // A name near the end of a piece is looked at with the next one, when all that it may lie in is there.
            let end = if read == 0 {
                text.len()
            } else {
                text.len().saturating_sub(longest)
            };
            if self.begin_in(&text, begin..end, None) {
                return Ok(true);
            }
            if read == 0 {
                return Ok(false);
            }
            let gone = end.saturating_sub(longest);
            text.drain(..gone);
            begin = end - gone;
        }
    }

    /// Whether a path is, or lies below, one that stays behind.
    pub(crate) fn are_in_path(&self, path: &Path) -> bool {
        self.are_in(path.as_os_str().as_bytes(), None)
    }
}

/// Whether the needle found at `at` is part of the path `place`, wherever in that path it stands.
fn lies_in(text: &[u8], at: usize, needle: &Finder<'_>, place: &[u8]) -> bool {
    needle
        .find_iter(place)
        .any(|offset| at >= offset && text[at - offset..].starts_with(place))
}

/// The longest piece of a path that every tool writes as it is: make, ninja, JSON and URLs have escapes of their own
/// for blanks, dollars, colons and the like.
fn needle(path: &Path) -> &[u8] {
    let is_plain = |b: &u8| b.is_ascii_alphanumeric() || b"/._-".contains(b);
    let pieces = path.as_os_str().as_bytes().split(|b| !is_plain(b));
    pieces
        .max_by_key(|piece| piece.len())
        .unwrap_or(OsStr::new("/").as_bytes())
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(old: &[u8], shared: &[u8], text: &[u8]) {
    // Directories, by their whole path.
    let old = &[b"/", old].concat()[..];
    let path = |bytes| Path::new(OsStr::from_bytes(bytes));
    let alone = OldPaths::new([path(old)], []);
    let with_shared = OldPaths::new([path(old)], [path(shared)]);
    // Never missed, never found more for what is shared.
    let is_named = memchr::memmem::find(text, needle(path(old))).is_some();
    assert_eq!(alone.are_in(text, None), is_named);
    assert!(is_named || !with_shared.are_in(text, None));
    assert!(alone.are_in(&[text, old].concat(), None));
    assert_eq!(
        with_shared.are_in(text, None),
        OldPaths::new([path(old), path(old)], [path(shared)]).are_in(text, None)
    );
    // What lies in a file is what lies in memory.
    if let Ok(file) = tempfile::NamedTempFile::new() {
        let _ = std::fs::write(file.path(), text);
        assert_eq!(
            with_shared.are_in_file(file.path()).ok(),
            Some(with_shared.are_in(text, None))
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::fs;

    fn paths(old: &[&str], shared: &[&str]) -> OldPaths {
        OldPaths::new(old.iter().map(Path::new), shared.iter().map(Path::new))
    }

    fn finds(old: &str, text: &str) -> bool {
        paths(&[old], &[]).are_in(text.as_bytes(), None)
    }

    #[test]
    fn wherever_it_stands() {
        for text in [
            "/w/a",
            "prefix=/w/a/target",
            "-I/w/a/include",
            "x\0/w/a\0y",
            "/w/abc",
            "file:///w/a",
            "q/w/aq",
        ] {
            assert!(finds("/w/a", text), "{text:?}");
        }
        assert!(!finds("/w/a", "/w/b /w /a /W/A"));
    }

    #[test]
    fn however_it_is_escaped() {
        for text in [
            "/home/me/my\\ code/target",
            "file:///home/me/my%20code",
            "/home/me/my$ code",
            "\"/home/me/my code\"",
        ] {
            assert!(finds("/home/me/my code", text), "{text:?}");
        }
        assert!(finds("/é/long/plain", "/\\u00e9/long/plain"));
    }

    #[test]
    fn what_nobody_owns_is_no_old_path() {
        let registry = "/home/me/.cargo/registry/src";
        // A worktree at home, and one whose short path is part of others.
        for old in ["/home/me", "/src"] {
            let paths = paths(&[old], &[registry]);
            assert!(
                !paths.are_in(b"-I/home/me/.cargo/registry/src/i/z-1/zlib.h", None),
                "{old}"
            );
            let text = format!("/home/me/.cargo/registry/src/a {old}/target");
            assert!(paths.are_in(text.as_bytes(), None), "{old}");
        }
    }

    #[test]
    fn what_cargo_moves_along_is_no_old_path() {
        let paths = paths(&["/w/a", "/w/a/target"], &[]);
        let own = Path::new("/w/a/target/debug/build/z-1/out");
        assert!(!paths.are_in(b"cargo:root=/w/a/target/debug/build/z-1/out/lib\n", Some(own)));
        assert!(paths.are_in(b"cargo:root=/w/a/target/debug/build/y-1/out/lib\n", Some(own)));
        assert!(paths.are_in(b"cargo:root=/w/a/target/debug/build/z-1/out/lib\n", None));
    }

    #[test]
    fn between_two_pieces_of_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let paths = paths(&["/w/a"], &["/shared/w/a/x"]);
        for at in (PIECE - 16..PIECE + 4).chain([0, 2 * PIECE - 2]) {
            let mut text = vec![b'.'; at];
            text.extend(b"/shared/w/a/x");
            fs::write(&file, &text).unwrap();
            assert!(!paths.are_in_file(file.path()).unwrap(), "{at}");
            text.truncate(at);
            text.extend(b"/w/a");
            fs::write(&file, &text).unwrap();
            assert!(paths.are_in_file(file.path()).unwrap(), "{at}");
        }
    }

    proptest! {
        #[test]
        fn found_in_any_surroundings(before: Vec<u8>, after: Vec<u8>) {
            let text = [&before[..], b"/some/worktree", &after[..]].concat();
            prop_assert!(paths(&["/some/worktree"], &["/home/me/.cargo"]).are_in(&text, None));
            holds_for(&before, &after, &text);
            holds_for(b"/some", b"/x/some/worktree", &text);
        }
    }
}
