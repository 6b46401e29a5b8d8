//! A look at a crate's sources before it is compiled for the first time: whether they seem to include files of
//! OUT_DIR. Only to compile it once, in the way that will count: rustc's own list of what it read decides
//! afterwards, and a wrong guess costs a second compile.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use memchr::memmem;

use crate::read;

/// The most files that are looked at; where there are more, inclusions are expected.
const MAX_FILES: usize = 200;
/// How far an inclusion may begin in front of the variable's name: `include!(concat!(env!("OUT_DIR"), …`, over lines.
const NEAR: usize = 120;

/// Whether the crate with this root seems to include files by one of these variables.
pub(super) fn includes_files(source: &Path, variables: &[&[u8]]) -> bool {
    let mut left = MAX_FILES;
    source.parent().is_none_or(|dir| any_in(dir, &mut left, variables))
}

fn any_in(dir: &Path, left: &mut usize, variables: &[&[u8]]) -> bool {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let path = entry.path();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            return any_in(&path, left, variables);
        }
        if path.extension() != Some(OsStr::new("rs")) {
            return false;
        }
        *left = left.saturating_sub(1);
        *left == 0 || read::bytes(&path, read::MAX_WRITTEN).is_ok_and(|text| is_included(&text, variables))
    })
}

fn is_included(text: &[u8], variables: &[&[u8]]) -> bool {
    let near = |at: usize| memmem::find(&text[at.saturating_sub(NEAR)..at], b"include").is_some();
    // Macros of other crates that include what was generated: `tonic::include_proto!`, `slint::include_modules!`.
    let by_macro = |at: usize| {
        let rest = &text[at + b"include_".len()..];
        let end = rest
            .iter()
            .position(|byte| !(byte.is_ascii_lowercase() || *byte == b'_'));
        end.is_some_and(|end| rest[end] == b'!' && !matches!(&rest[..end], b"str" | b"bytes"))
    };
    variables.iter().any(|name| memmem::find_iter(text, name).any(near))
        || memmem::find_iter(text, b"include_").any(by_macro)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn includes(files: &[(&str, &str)]) -> bool {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        includes_files(&dir.path().join("src/lib.rs"), &[b"OUT_DIR", b"GENERATED"])
    }

    #[test]
    fn inclusions() {
        for text in [
            "include!(concat!(env!(\"OUT_DIR\"), \"/private.rs\"));",
            "static X: &[u8] = ::core::include_bytes!(\n    concat!(\n        env!(\"OUT_DIR\"),\n        \"/x\"\n));",
            "include!(env!(\"GENERATED\"));",
            "pub mod pb { tonic::include_proto!(\"pb\"); }",
        ] {
            assert!(includes(&[("src/lib.rs", "mod a;"), ("src/a/b.rs", text)]), "{text}");
        }
    }

    #[test]
    fn anything_else() {
        for text in [
            "pub const DIR: &str = env!(\"OUT_DIR\");",
            "pub const README: &str = include_str!(\"../README.md\");",
            "/* include_ */ mod a;",
        ] {
            assert!(
                !includes(&[("src/lib.rs", text), ("build.rs", "include!(\"OUT_DIR\")")]),
                "{text}"
            );
            assert!(!includes(&[
                ("src/lib.rs", "mod a;"),
                ("src/a.txt", "include!(env!(\"OUT_DIR\"))")
            ]));
        }
        assert!(!includes(&[]));
    }

    #[test]
    fn many_files_are_not_all_read() {
        let names: Vec<String> = (0..MAX_FILES).map(|number| format!("src/a{number}.rs")).collect();
        let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        assert!(!includes(&files[1..]));
        assert!(includes(&files));
    }
}
