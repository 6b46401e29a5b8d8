//! The language of rustc's `.d` files: what cargo reads of them.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

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
pub(super) fn words(line: &[u8]) -> Vec<OsString> {
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
pub(super) fn escaped(value: &OsStr) -> OsString {
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
