//! Files that a compile of C or assembler includes and sccache does not hash. sccache hashes the preprocessor's output,
//! which does not have the files that the assembler includes, and in preprocessor mode the files that `#include` names.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::read;

/// File extensions of sources that sccache compiles (its `Language::from_file_name`), in lower case.
const SOURCES: [&str; 19] = [
    "s", "sx", "asm", "c", "i", "cc", "cp", "cpp", "cxx", "c++", "ii", "m", "mi", "mm", "mii", "cu", "hip", "cppm",
    "ixx",
];

/// Options for a directory of headers, in the order in which they are searched.
const DIRS: [&str; 5] = ["-iquote", "-I", "--include-directory", "-isystem", "-idirafter"];

/// Options for a header that is included before the source.
const HEADERS: [&str; 3] = ["-include", "-imacros", "--include"];

/// Variables with directories of headers, for gcc and clang.
const VARIABLES: [&str; 4] = ["CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "OBJC_INCLUDE_PATH"];

/// The first file that includes such a file, and the directive. Headers in the call's own directories are searched,
/// more of them than the preprocessor would include; those of the system are not.
pub(super) fn by(args: &[OsString], env: &Environment) -> Option<String> {
    let args = with_response_files(args, env.cwd());
    let sources: Vec<&OsStr> = args
        .iter()
        .map(OsString::as_os_str)
        .filter(|arg| is_source(arg))
        .collect();
    if sources.is_empty() {
        return None;
    }
    let dirs = DIRS.iter().flat_map(|option| values(&args, option)).map(PathBuf::from);
    let lists = VARIABLES.iter().filter_map(|name| env.get(name));
    let dirs = dirs.chain(lists.flat_map(std::env::split_paths));

    let mut walk = Walk {
        dirs: dirs.map(|dir| env.cwd().join(dir)).collect(),
        ..Walk::default()
    };
    let headers = HEADERS.iter().flat_map(|option| values(&args, option));
    walk.add(sources.iter().copied().chain(headers).map(Name::quoted), env.cwd());
    for source in sources {
        // `-DCONFIG="config.h"`
        let defined = args.iter().filter_map(|arg| Name::read(after(arg.as_bytes(), b'=')?));
        walk.add(defined, env.cwd().join(source).parent().unwrap_or(env.cwd()));
    }
    while let Some(path) = walk.rest.pop() {
        let Ok(text) = read::start(&path, read::MAX_MADE) else {
            continue;
        };
        if let Some(directive) = directive(&text) {
            return Some(format!(
                "{} takes in a file by `{directive}`, which is in no key",
                path.display()
            ));
        }
        walk.add(included(&text), path.parent().unwrap_or(env.cwd()));
    }
    None
}

/// A name in an `#include`.
struct Name<'a> {
    name: &'a OsStr,
    /// `"name"`: looked for beside the including file first.
    is_quoted: bool,
    /// `#include_next`: the first header that is found is skipped.
    is_next: bool,
}

impl<'a> Name<'a> {
    fn quoted(name: &'a OsStr) -> Self {
        Self {
            name,
            is_quoted: true,
            is_next: false,
        }
    }

    /// `"name"` or `<name>` at the beginning of a line.
    fn read(text: &'a [u8]) -> Option<Self> {
        let is_quoted = match text.first()? {
            b'"' => true,
            b'<' => false,
            _ => return None,
        };
        let line = text[1..].split(|byte| *byte == b'\n').next()?;
        let length = memchr::memchr(if is_quoted { b'"' } else { b'>' }, line)?;
        let name = OsStr::from_bytes(&line[..length]);
        Some(Self {
            name,
            is_quoted,
            is_next: false,
        })
    }
}

/// A walk from a source to the headers that it includes.
#[derive(Default)]
struct Walk {
    dirs: Vec<PathBuf>,
    /// Paths that were looked up, and whether they are files.
    tried: HashMap<PathBuf, bool>,
    /// Headers by identity, because a header may have endlessly many paths (`a/../b.h`).
    seen: HashSet<[u64; 4]>,
    rest: Vec<PathBuf>,
}

impl Walk {
    fn add<'a>(&mut self, names: impl IntoIterator<Item = Name<'a>>, beside: &Path) {
        for Name {
            name,
            is_quoted,
            is_next,
        } in names
        {
            let dirs = is_quoted.then_some(beside).into_iter();
            let dirs = dirs.chain(self.dirs.iter().map(PathBuf::as_path));
            let tried = &mut self.tried;
            let (seen, rest) = (&mut self.seen, &mut self.rest);
            for path in dirs.map(|dir| dir.join(name)) {
                let is_new = !tried.contains_key(&path);
                let is_file = *tried.entry(path.clone()).or_insert_with(|| path.is_file());
                if is_file && is_new && identity(&path).is_none_or(|identity| seen.insert(identity)) {
                    rest.push(path);
                }
                if is_file && !is_next {
                    break;
                }
            }
        }
    }
}

/// Devices and inodes of a file and of its directory: in a different directory the same file includes others.
fn identity(path: &Path) -> Option<[u64; 4]> {
    let (file, dir) = (path.metadata().ok()?, path.parent()?.metadata().ok()?);
    Some([file.dev(), file.ino(), dir.dev(), dir.ino()])
}

/// The arguments, including those in response files (`@file`).
fn with_response_files(args: &[OsString], cwd: &Path) -> Vec<OsString> {
    let words = |arg: &OsString| {
        let file = arg.as_bytes().strip_prefix(b"@")?;
        let text = read::bytes(&cwd.join(OsStr::from_bytes(file)), read::MAX_MADE).ok()?;
        let words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        Some(words.map(|word| OsString::from_vec(word.to_vec())).collect())
    };
    let all = args.iter().skip(1);
    let all = all.flat_map(|arg| words(arg).unwrap_or_else(|| vec![arg.clone()]));
    // So that each option has a next argument.
    all.chain([OsString::new()]).collect()
}

fn is_source(arg: &OsStr) -> bool {
    let ending = Path::new(arg).extension().and_then(OsStr::to_str);
    ending.is_some_and(|ending| SOURCES.contains(&&*ending.to_ascii_lowercase())) && !arg.as_bytes().starts_with(b"-")
}

/// The values of an option, in the same argument or the next.
fn values<'a>(args: &'a [OsString], option: &'a str) -> impl Iterator<Item = &'a OsStr> {
    args.windows(2).filter_map(move |pair| {
        let value = pair[0].as_bytes().strip_prefix(option.as_bytes())?;
        let value = value.strip_prefix(b"=").unwrap_or(value);
        Some(if value.is_empty() {
            pair[1].as_os_str()
        } else {
            OsStr::from_bytes(value)
        })
    })
}

/// The directive by which the text includes a file. Names may be made by macros (`INCBIN(…)`), so any occurrence
/// counts.
fn directive(text: &[u8]) -> Option<&'static str> {
    let text = text.to_ascii_lowercase();
    let has = |word: &str, is_one: fn(&[u8], &[u8]) -> bool| {
        let mut found = memchr::memmem::find_iter(&text, word);
        found.any(|at| is_one(&text[..at], &text[at + word.len()..]))
    };
    if has("incbin", |_, _| true) {
        Some(".incbin")
    // Not a field with that name: `config.include.push_back(…)`.
    } else if has(".include", |_, after| matches!(trim(after).first(), Some(b'"' | b'\\'))) {
        Some(".include")
    } else if has("embed", |before, after| {
        let after = after
            .first()
            .is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_');
        after && trim_end(before).ends_with(b"#")
    }) {
        Some("#embed")
    } else {
        None
    }
}

/// The headers that a text includes, or defines macros for.
fn included(text: &[u8]) -> impl Iterator<Item = Name<'_>> {
    memchr::memchr_iter(b'#', text).filter_map(|at| {
        let rest = trim(&text[at + 1..]);
        let is_letter = |byte: &&u8| byte.is_ascii_alphabetic() || **byte == b'_';
        let (word, rest) = rest.split_at(rest.iter().take_while(is_letter).count());
        match word {
            b"include" | b"import" => Name::read(trim(rest)),
            b"include_next" => Name::read(trim(rest)).map(|name| Name { is_next: true, ..name }),
            b"define" => Name::read(trim(after(trim(rest), b' ')?)),
            _ => None,
        }
    })
}

fn after(text: &[u8], byte: u8) -> Option<&[u8]> {
    memchr::memchr(byte, text).map(|at| &text[at + 1..])
}

fn trim(text: &[u8]) -> &[u8] {
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    &text[blanks..]
}

fn trim_end(text: &[u8]) -> &[u8] {
    let blanks = text
        .iter()
        .rev()
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    &text[..text.len() - blanks]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What takes in a file, of a call in a directory with these files.
    fn taken_in(files: &[(&str, &str)], words: &str, vars: &[(&str, &str)]) -> Option<String> {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let args: Vec<OsString> = words.split_whitespace().map(OsString::from).collect();
        by(&args, &Environment::new(vars.iter().copied(), dir.path()))
    }

    #[test]
    fn directives() {
        for text in [
            "__asm__(\".incbin \\\"x\\\"\");",
            ".INCBIN \"x\"",
            "INCBIN(X, \"x\");",
            ".include \"x\"",
            "asm(\".include\t\\\"x\\\"\");",
            "asm(\".include \" FILE);",
            "#embed <x>",
            "\t# embed FILE",
        ] {
            assert!(taken_in(&[("a.c", text)], "cc -c a.c", &[]).is_some(), "{text}");
        }
        for text in [
            "int x;",
            "config.include.push_back(1);",
            "config.include = 1;",
            "#embedded",
            "embed(x);",
            "#include <a.c>",
        ] {
            assert_eq!(taken_in(&[("a.c", text)], "cc -c a.c", &[]), None, "{text}");
        }
    }

    #[test]
    fn headers_by_all_ways() {
        let incbin = ("inc/h.h", ".incbin");
        for (source, words) in [
            ("#include \"inc/h.h\"", "cc -c a.c"),
            ("#include <h.h>", "cc -Iinc -c a.c"),
            ("  #  include  <h.h>", "cc -I inc -c a.c"),
            ("#import <h.h>", "cc -isystem inc -c a.c"),
            ("#include \"h.h\"", "cc -iquote inc -c a.c"),
            ("#include <h.h>", "cc --include-directory=inc -c a.c"),
            ("", "cc -include inc/h.h -c a.c"),
            ("", "cc -Iinc -imacros h.h -c a.c"),
            ("#define H <h.h>\n#include H", "cc -Iinc -c a.c"),
            ("#include H", "cc -Iinc -DH=\"h.h\" -c a.c"),
            ("#include_next <h.h>", "cc -Ifirst -Iinc -c a.c"),
            ("#include \"b.h\"", "cc -Iinc -c a.c"),
            ("#include <h.h>", "cc @flags -c a.c"),
        ] {
            let files = [
                incbin,
                ("a.c", source),
                ("b.h", "#include <h.h>"),
                ("first/h.h", ""),
                ("flags", "-O2\n-Iinc"),
            ];
            assert!(taken_in(&files, words, &[]).is_some(), "{source}, {words}");
        }
        let files = [incbin, ("a.c", "#include <h.h>")];
        assert!(taken_in(&files, "cc -c a.c", &[("CPATH", "none:inc")]).is_some());
        assert_eq!(taken_in(&files, "cc -c a.c", &[]), None, "the system's");
        assert_eq!(taken_in(&files, "cc -Iinc a.o -o a", &[]), None, "nothing is compiled");
        let hidden = [incbin, ("first/h.h", ""), ("a.c", "#include <h.h>")];
        assert_eq!(
            taken_in(&hidden, "cc -Ifirst -Iinc -c a.c", &[]),
            None,
            "another header"
        );
    }

    #[test]
    fn headers_that_include_each_other_by_ever_longer_paths() {
        let files = [
            ("d/a.h", "#include \"../d/a.h\"\n#include \"../a.c\""),
            ("a.c", "#include \"d/a.h\""),
        ];
        assert_eq!(taken_in(&files, "cc -Id -I. -c a.c", &[]), None);
    }
}
