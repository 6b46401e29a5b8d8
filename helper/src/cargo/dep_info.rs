//! Dep-info, rustc's `.d` files: what cargo reads of them, and what they tell of where a compile happened.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Files, and lines of variables.
pub(crate) type SaidBy<'a> = (BTreeSet<OsString>, BTreeSet<&'a [u8]>);

/// What a `.d` file says a compile depends on.
pub(crate) fn said_by(text: &[u8]) -> SaidBy<'_> {
    let lines = || text.split(|&byte| byte == b'\n');
    let first = lines().next().unwrap_or_default();
    let files = memchr::memmem::find(first, b": ").map_or(Vec::new(), |at| words(&first[at + 2..]));
    let files = files.into_iter().collect();
    let env = lines().filter(|line| line.starts_with(b"# env-dep:")).collect();
    (files, env)
}

/// Separated by spaces that are not escaped.
pub(crate) fn words(line: &[u8]) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut word = Vec::new();
    let mut rest = line.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' if rest.next_if_eq(&b' ').is_some() => word.push(b' '),
            b' ' => words.push(std::mem::take(&mut word)),
            _ => word.push(byte),
        }
    }
    words.push(word);
    let full = words.iter().filter(|word| !word.is_empty());
    full.map(|word| OsStr::from_bytes(word).to_owned()).collect()
}

/// As rustc writes a path into dep-info (`escape_dep_filename`).
pub(crate) fn spaces_escaped(path: &Path) -> Vec<u8> {
    let mut text = Vec::with_capacity(path.as_os_str().len());
    for &byte in path.as_os_str().as_bytes() {
        if byte == b' ' {
            text.push(b'\\');
        }
        text.push(byte);
    }
    text
}

/// As rustc writes a value into dep-info (`escape_dep_env`).
pub(crate) fn escaped(value: &OsStr) -> OsString {
    let mut text = Vec::with_capacity(value.len());
    for &byte in value.as_bytes() {
        match byte {
            b'\\' => text.extend(b"\\\\"),
            b'\n' => text.extend(b"\\n"),
            b'\r' => text.extend(b"\\r"),
            _ => text.push(byte),
        }
    }
    OsStr::from_bytes(&text).to_owned()
}

/// Whether a source below `dir` is named that is not below `ours`, which may be nested in it.
pub(crate) fn names_file_below(dep_info: &[u8], dir: &Path, ours: &Path) -> bool {
    let begin = |dir: &Path| [b" ", &spaces_escaped(dir)[..], b"/"].concat();
    let (theirs, ours) = (begin(dir), ours.starts_with(dir).then(|| begin(ours)));
    let is_ours = |at: usize| ours.as_ref().is_some_and(|ours| dep_info[at..].starts_with(ours));
    memchr::memmem::find_iter(dep_info, &theirs).any(|at| !is_ours(at))
}

/// Cargo's home, told by a source that lies in its `registry/src` or `git/checkouts`.
pub(crate) fn cargo_home_in(dep_info: &[u8]) -> Option<PathBuf> {
    const MARKS: [&[u8]; 2] = [b"/registry/src/", b"/git/checkouts/"];
    let files = dep_info.split(|&byte| byte == b'\n').flat_map(words);
    let mut homes = files.filter_map(|file| {
        let bytes = file.as_bytes();
        let end = MARKS
            .iter()
            .filter_map(|mark| memchr::memmem::find(bytes, mark))
            .min()?;
        Some(PathBuf::from(OsStr::from_bytes(&bytes[..end])))
    });
    homes.next().filter(|home| home.is_absolute())
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(bytes: &[u8]) {
    let _ = said_by(bytes);
    let _ = cargo_home_in(bytes);
    let named = [b"x: ", bytes, b" /w/a\\ b/lib.rs\n"].concat();
    let elsewhere = Path::new("/elsewhere");
    assert!(names_file_below(&named, Path::new("/w/a b"), elsewhere));
    assert!(
        !names_file_below(b"x: /w/ab/lib.rs", Path::new(OsStr::from_bytes(bytes)), elsewhere)
            || bytes == b"/w"
            || bytes == b"/w/ab"
            || bytes.is_empty()
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_home_that_sources_lie_in() {
        let home = |text: &[u8]| cargo_home_in(text);
        let text = b"/w/target/debug/deps/libx.rmeta: /home/a\\ b/.cargo/registry/src/i-0/x-1/src/lib.rs /y\n";
        assert_eq!(home(text), Some("/home/a b/.cargo".into()));
        assert_eq!(
            home(b"x: src/main.rs\n\n/h/registry/src/i/x/lib.rs:\n"),
            Some("/h".into())
        );
        assert_eq!(home(b"x: /h/git/checkouts/x-0/1/src/lib.rs"), Some("/h".into()));
        assert_eq!(home(b"x: src/main.rs"), None);
        assert_eq!(
            home(b"x: vendor/registry/src/x.rs"),
            None,
            "a path of the worktree's own"
        );
    }

    #[test]
    fn a_path_with_spaces_is_found() {
        let text = br"/t/debug/app: /w/a\ b/src/main.rs /w/c/src/lib.rs";
        let names = |dir: &str, ours: &str| names_file_below(text, Path::new(dir), Path::new(ours));
        assert!(names("/w/a b", "/x") && names("/w/c", "/x"));
        assert!(!names("/w/a", "/x") && !names("/t/debug", "/x"));
        assert!(names("/w", "/w/c"), "of a nested worktree's the other remains");
        assert!(!names_file_below(b"x: /w/c/lib.rs", Path::new("/w"), Path::new("/w/c")));
    }

    proptest! {
        #[test]
        fn any_dep_info_is_read(bytes: Vec<u8>, dir: String) {
            assert_invariants(&bytes);
            let _ = names_file_below(&bytes, Path::new(&dir), Path::new("/"));
            let _ = cargo_home_in(&[&bytes[..], b"/registry/src/"].concat());
        }
    }
}
