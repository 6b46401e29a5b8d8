//! Which files of a directory a compile read, by rustc's own dep-info.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use memchr::memmem;

use crate::read;

/// What a crate took from a directory that it was shown through variables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// It read files of it.
    Files,
    /// Only the path itself went into the artifact: something may read there later, or write.
    PathOnly,
    /// Nothing.
    Nothing,
}

/// Reads rustc's dep-info for a directory and the variables whose values lie in it.
pub(super) fn use_of<'a>(dep_info: &Path, dir: &Path, variables: impl Iterator<Item = &'a OsStr>) -> io::Result<Use> {
    let text = read::bytes(dep_info, read::MAX_MADE)?;
    Ok(judge(&text, dir.as_os_str(), variables))
}

fn judge<'a>(text: &[u8], dir: &OsStr, mut variables: impl Iterator<Item = &'a OsStr>) -> Use {
    if mentions(text, dir) {
        Use::Files
    } else if variables.any(|name| is_read(text, name)) {
        Use::PathOnly
    } else {
        Use::Nothing
    }
}

/// Whether the compile read a variable: rustc notes `# env-dep:NAME=value`.
fn is_read(text: &[u8], name: &OsStr) -> bool {
    let after_name = |line: &[u8]| {
        Some(
            *line
                .strip_prefix(b"# env-dep:")?
                .strip_prefix(name.as_bytes())?
                .first()?,
        )
    };
    text.split(|&byte| byte == b'\n')
        .any(|line| after_name(line) == Some(b'='))
}

/// Whether a file below `dir` is named. A path that leaves it again (`dir/../x`) is not below it.
fn mentions(text: &[u8], dir: &OsStr) -> bool {
    // As rustc writes paths: with spaces escaped (`rustc_interface::passes::escape_dep_filename`).
    let mut prefix = Vec::new();
    for &byte in dir.as_bytes() {
        if byte == b' ' {
            prefix.push(b'\\');
        }
        prefix.push(byte);
    }
    prefix.push(b'/');
    text.split(|&byte| byte == b'\n')
        // Variables that were read, and their values: a path that is only named there is not read.
        .filter(|line| !line.starts_with(b"#"))
        .any(|line| memmem::find_iter(line, &prefix).any(|at| stays_below(&line[at + prefix.len()..])))
}

fn stays_below(rest: &[u8]) -> bool {
    let end = rest
        .iter()
        .position(|&byte| byte == b' ' || byte == b':')
        .unwrap_or(rest.len());
    !rest[..end].split(|&byte| byte == b'/').any(|part| part == b"..")
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(text: &[u8]) {
    let dir = OsStr::new("/c/o ut/12");
    let use_of = |text: &[u8]| judge(text, dir, std::iter::once(OsStr::new("OUT_DIR")));
    let read = [text, b"\nx.d: a.rs /c/o\\ ut/12/a.rs\n"].concat();
    assert_eq!(use_of(&read), Use::Files);
    let taken = [text, b"\n# env-dep:OUT_DIR=/c/o ut/12\n"].concat();
    assert_ne!(use_of(&taken), Use::Nothing);
    if use_of(text) == Use::Files {
        assert!(memmem::find(text, b"/c/o\\ ut/12/").is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_count_and_values_do_not() {
        let dir = OsStr::new("/c/out/12");
        for (text, found) in [
            (
                "/t/x.d: src/lib.rs /c/out/12/private.rs\n\nsrc/lib.rs:\n/c/out/12/private.rs:\n",
                true,
            ),
            (
                "/t/x.d: src/lib.rs\n\nsrc/lib.rs:\n\n# env-dep:OUT_DIR=/c/out/12\n",
                false,
            ),
            ("/t/x.d: src/lib.rs\n\n# env-dep:FILE=/c/out/12/private.rs\n", false),
            ("/t/x.d: src/lib.rs /c/out/123/private.rs\n", false),
            ("/t/x.d: src/lib.rs /c/out/12/../../Cargo.toml\n", false),
            ("/t/x.d: src/lib.rs /c/out/12/../x /c/out/12/a/b.rs\n", true),
            ("", false),
        ] {
            assert_eq!(mentions(text.as_bytes(), dir), found, "{text}");
        }
    }

    #[test]
    fn a_path_alone_is_told_from_nothing() {
        let dir = OsStr::new("/c/out/12");
        let use_of = |text: &str| judge(text.as_bytes(), dir, ["OUT_DIR", "GEN"].map(OsStr::new).into_iter());
        assert_eq!(
            use_of("x.d: src/lib.rs\n\n# env-dep:OUT_DIR=/c/out/12\n"),
            Use::PathOnly
        );
        assert_eq!(
            use_of("x.d: a.rs\n# env-dep:X=1\n# env-dep:GEN=/c/out/12/a\n"),
            Use::PathOnly
        );
        assert_eq!(use_of("x.d: /c/out/12/a.rs\n# env-dep:OUT_DIR=/c/out/12\n"), Use::Files);
        for text in [
            "x.d: src/lib.rs\n",
            "x.d: a\n# env-dep:OUT_DIRX=1\n",
            "x.d: a\n# env-dep:OUT_DIR\n",
            "",
        ] {
            assert_eq!(use_of(text), Use::Nothing, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_judged(bytes: Vec<u8>) {
            holds_for(&bytes);
        }
    }

    #[test]
    fn spaces_are_escaped() {
        let text = b"x.d: src/lib.rs /home/a\\ b/out/12/private.rs\n";
        assert!(mentions(text, OsStr::new("/home/a b/out/12")));
    }
}
