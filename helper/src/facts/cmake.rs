//! The launchers in CMake's build directories. CMake takes them from the environment at the first configuration only,
//! and keeps them in `CMakeCache.txt`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::read;

const CACHE: &str = "CMakeCache.txt";

/// Build directories are in the project, or one level deeper in a directory with one of these names.
const GROUPS: [&str; 4] = ["build", "cmake-build", "out", "_build"];

/// How many directories are read; this runs whenever a shell is entered.
const MAX_DIRS: usize = 256;

/// How much of a `CMakeCache.txt` is read, in bytes. Its entries are sorted, and launchers are among the first.
const MAX_BYTES: u64 = 1 << 18;

/// A `CMAKE_<LANG>_COMPILER_LAUNCHER` in a build directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Launcher {
    /// The variable's name.
    pub variable: String,
    /// The program, without arguments.
    pub program: PathBuf,
    /// The `CMakeCache.txt` that contains it.
    pub file: PathBuf,
    /// Its line, from 1.
    pub line: usize,
}

/// The launchers of all build directories in and directly below `root`, sorted by file.
pub fn launchers(root: &Path) -> Vec<Launcher> {
    let mut left = MAX_DIRS;
    let mut dirs = subdirectories(root, &mut left);
    let groups: Vec<PathBuf> = dirs.iter().filter(|dir| is_group(dir)).cloned().collect();
    dirs.extend(groups.iter().flat_map(|dir| subdirectories(dir, &mut left)));
    dirs.push(root.to_owned());
    dirs.sort();
    dirs.iter().flat_map(|dir| in_cache(&dir.join(CACHE))).collect()
}

fn is_group(dir: &Path) -> bool {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    GROUPS.iter().any(|group| name.starts_with(group))
}

fn subdirectories(dir: &Path, left: &mut usize) -> Vec<PathBuf> {
    let dirs: Vec<PathBuf> = fs::read_dir(dir)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| !entry.file_name().as_encoded_bytes().starts_with(b"."))
        .map(|entry| entry.path())
        .take(*left)
        .collect();
    *left -= dirs.len();
    dirs
}

fn in_cache(file: &Path) -> Vec<Launcher> {
    let bytes = read::start(file, MAX_BYTES).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let lines = text.lines().enumerate();
    lines
        .filter_map(|(number, line)| {
            let (variable, program) = parse(line)?;
            Some(Launcher {
                variable: variable.to_owned(),
                program: PathBuf::from(program),
                file: file.to_owned(),
                line: number + 1,
            })
        })
        .collect()
}

/// `CMAKE_C_COMPILER_LAUNCHER:STRING=sccache;--argument`.
fn parse(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once('=')?;
    let (variable, _) = key.split_once(':')?;
    let language = variable.strip_prefix("CMAKE_")?.strip_suffix("_COMPILER_LAUNCHER")?;
    let program = program(value);
    (!language.is_empty() && !program.is_empty()).then_some((variable, program))
}

/// The program in a launcher's value, which is a list.
pub(super) fn program(value: &str) -> &str {
    value.split(';').next().unwrap_or_default()
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(line: &str) {
    if let Some((variable, program)) = parse(line) {
        assert!(variable.starts_with("CMAKE_") && variable.ends_with("_COMPILER_LAUNCHER"));
        assert!(!program.is_empty() && !program.contains(';'));
        assert!(line.starts_with(variable) && line.contains(program));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_the_lines_that_cmake_writes() {
        assert_eq!(
            parse("CMAKE_C_COMPILER_LAUNCHER:STRING=/nix/store/x/bin/sccache;-v"),
            Some(("CMAKE_C_COMPILER_LAUNCHER", "/nix/store/x/bin/sccache"))
        );
        for other in [
            "",
            "//CMAKE_C_COMPILER_LAUNCHER:STRING=x",
            "CMAKE_C_COMPILER_LAUNCHER:STRING=",
            "CMAKE_C_COMPILER_LAUNCHER-ADVANCED:INTERNAL=1",
            "CMAKE_C_COMPILER:FILEPATH=/usr/bin/cc",
            "CMAKE__COMPILER_LAUNCHER",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_a_launcher_or_none(line: String) {
            assert_invariants(&line);
        }

        #[test]
        fn what_cmake_writes_is_read(language in "[A-Z]{1,5}", program in "[ -:<-~]{1,9}", rest in "(;[ -~]{0,9})?") {
            let variable = format!("CMAKE_{language}_COMPILER_LAUNCHER");
            let line = format!("{variable}:STRING={program}{rest}");
            assert_invariants(&line);
            prop_assert_eq!(parse(&line), Some((variable.as_str(), program.as_str())));
        }
    }

    #[test]
    fn finds_build_directories_where_people_put_them() {
        let root = tempfile::tempdir().unwrap();
        for dir in [
            "",
            "build",
            "other",
            "out/Debug",
            "cmake-build-debug",
            ".hidden",
            "src/build",
            "a/b",
        ] {
            let dir = root.path().join(dir);
            fs::create_dir_all(&dir).unwrap();
            fs::write(dir.join(CACHE), "# head\n\nCMAKE_CXX_COMPILER_LAUNCHER:STRING=x\n").unwrap();
        }
        let found: Vec<_> = launchers(root.path());
        let files: Vec<_> = found
            .iter()
            .map(|one| one.file.strip_prefix(root.path()).unwrap().to_str().unwrap())
            .collect();
        assert_eq!(
            files,
            [
                "CMakeCache.txt",
                "build/CMakeCache.txt",
                "cmake-build-debug/CMakeCache.txt",
                "other/CMakeCache.txt",
                "out/Debug/CMakeCache.txt"
            ]
        );
        assert_eq!(
            (found[0].variable.as_str(), found[0].line),
            ("CMAKE_CXX_COMPILER_LAUNCHER", 3)
        );
    }

    #[test]
    fn a_tree_of_any_size_is_looked_at_briefly() {
        let root = tempfile::tempdir().unwrap();
        for number in 0..MAX_DIRS + 10 {
            fs::create_dir(root.path().join(format!("build{number}"))).unwrap();
        }
        let mut left = MAX_DIRS;
        assert_eq!(subdirectories(root.path(), &mut left).len(), MAX_DIRS);
        assert_eq!(left, 0);
        assert_eq!(launchers(root.path()), []);
    }
}
