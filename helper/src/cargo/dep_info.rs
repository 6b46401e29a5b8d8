//! Dep-info, rustc's `.d` files: the files and variables that a compile read.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::hash::Hash;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

const VARIABLE: &[u8] = b"# env-dep:";

/// The content of a `.d` file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct DepInfo {
    /// The files that the first target depends on.
    pub(crate) files: Vec<OsString>,
    /// The variables, by name; the values as they are escaped there, `None` for one that is not set.
    pub(crate) env: Vec<(OsString, Option<OsString>)>,
}

impl DepInfo {
    pub(crate) fn parse(text: &[u8]) -> Self {
        let lines = || text.split(|&byte| byte == b'\n');
        let first = lines().next().unwrap_or_default();
        let variable = |line: &[u8]| {
            let mut parts = line.strip_prefix(VARIABLE)?.splitn(2, |&byte| byte == b'=');
            let mut part = || Some(OsStr::from_bytes(parts.next()?).to_owned());
            Some((part()?, part()))
        };
        Self {
            files: memchr::memmem::find(first, b": ").map_or(Vec::new(), |at| words(&first[at + 2..])),
            env: lines().filter_map(variable).collect(),
        }
    }

    /// As rustc writes it for this target.
    pub(crate) fn text(&self, target: &Path) -> Vec<u8> {
        let paths: Vec<Vec<u8>> = self.files.iter().map(|file| spaces_escaped(Path::new(file))).collect();
        let mut text = [target.as_os_str().as_bytes(), b": ", &paths.join(&b' '), b"\n\n"].concat();
        for path in &paths {
            text.extend([path.as_slice(), b":\n"].concat());
        }
        if !self.env.is_empty() {
            text.push(b'\n');
        }
        for variable in &self.env {
            text.extend([&line(variable)[..], b"\n"].concat());
        }
        text
    }

    /// The first file, or line of a variable, that only one of the two has.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let file = only_one_has(&self.files, &other.files).map(|file| file.to_string_lossy().into_owned());
        file.or_else(|| {
            let variable = only_one_has(&self.env, &other.env)?;
            Some(String::from_utf8_lossy(&line(variable)).into_owned())
        })
    }
}

fn only_one_has<'a, T: Eq + Hash>(one: &'a [T], other: &'a [T]) -> Option<&'a T> {
    let (ones, others): (HashSet<&T>, HashSet<&T>) = (one.iter().collect(), other.iter().collect());
    let mut only_ones = one.iter().filter(|item| !others.contains(item));
    only_ones
        .next()
        .or_else(|| other.iter().find(|item| !ones.contains(item)))
}

fn line((name, value): &(OsString, Option<OsString>)) -> Vec<u8> {
    let mut line = [VARIABLE, name.as_bytes()].concat();
    if let Some(value) = value {
        line.extend([b"=", value.as_bytes()].concat());
    }
    line
}

/// The words of a line, separated by spaces that are not escaped.
fn words(line: &[u8]) -> Vec<OsString> {
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

/// Whether it names a source below `dir` that is not below `ours`, which may be nested in `dir`.
pub(crate) fn names_file_below(dep_info: &[u8], dir: &Path, ours: &Path) -> bool {
    let begin = |dir: &Path| [b" ", &spaces_escaped(dir)[..], b"/"].concat();
    let (theirs, ours) = (begin(dir), ours.starts_with(dir).then(|| begin(ours)));
    let is_ours = |at: usize| ours.as_ref().is_some_and(|ours| dep_info[at..].starts_with(ours));
    memchr::memmem::find_iter(dep_info, &theirs).any(|at| !is_ours(at))
}

/// Cargo's home, of which a source below `registry/src` or `git/checkouts` is named.
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
    let read = DepInfo::parse(bytes);
    assert_eq!(read.difference(&DepInfo::parse(&read.text(Path::new("x")))), None);
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
    fn what_differs_is_named() {
        let text = b"/t/x.d: src/a\\ b.rs src/c.rs\n\nsrc/a\\ b.rs:\nsrc/c.rs:\n\n# env-dep:A=1=2\n# env-dep:B\n";
        let read = DepInfo::parse(text);
        assert_eq!(read.files, ["src/a b.rs", "src/c.rs"]);
        assert_eq!(read.env, [("A".into(), Some("1=2".into())), ("B".into(), None)]);
        assert_eq!(read.text(Path::new("/t/x.d")), text);
        let difference = |other: &[u8]| read.difference(&DepInfo::parse(other));
        assert_eq!(
            difference(b"y: src/c.rs src/a\\ b.rs\n# env-dep:B\n# env-dep:A=1=2"),
            None
        );
        assert_eq!(difference(b"y: src/c.rs").as_deref(), Some("src/a b.rs"));
        let other = b"y: src/c.rs src/a\\ b.rs\n# env-dep:A=1=2\n# env-dep:B=";
        assert_eq!(difference(other).as_deref(), Some("# env-dep:B"));
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
