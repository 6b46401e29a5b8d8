//! What a call of the wrapper is for, read from its arguments alone.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// One call of the wrapper.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Call<'a> {
    /// Cargo's call: `sccache /path/rustc --crate-name …`.
    Rustc {
        /// The crate's name, where it is given.
        crate_name: Option<&'a OsStr>,
    },
    /// Another compiler: `sccache cc -c …`, `sccache clippy-driver rustc …`.
    Compiler {
        /// The compiler as it was named.
        program: &'a OsStr,
    },
    /// sccache itself: `sccache --show-stats`, or nothing at all.
    Sccache,
}

impl<'a> Call<'a> {
    /// Reads the arguments that follow the wrapper's own name.
    pub(super) fn of(args: &'a [OsString]) -> Self {
        match args.split_first() {
            None => Self::Sccache,
            Some((first, _)) if first.as_encoded_bytes().starts_with(b"-") => Self::Sccache,
            Some((first, rest)) if Path::new(first).file_stem() == Some(OsStr::new("rustc")) && !wraps_rustc(args) => {
                Self::Rustc {
                    crate_name: values(rest, "--crate-name").first().copied(),
                }
            }
            Some((first, _)) => Self::Compiler { program: first },
        }
    }

    /// Whether rustc is to run, by itself or in clippy.
    pub(super) fn is_rust(&self) -> bool {
        match self {
            Self::Rustc { .. } => true,
            Self::Compiler { program } => is_clippy(program),
            Self::Sccache => false,
        }
    }

    /// Whether a compiler is to run.
    pub(super) fn is_compile(&self) -> bool {
        !matches!(self, Self::Sccache)
    }
}

/// Whether it is clippy's rustc.
pub(super) fn is_clippy(program: &OsStr) -> bool {
    Path::new(program).file_name() == Some(OsStr::new("clippy-driver"))
}

/// Whether the compiler is given rustc as its first argument, as cargo gives it to RUSTC_WORKSPACE_WRAPPER: a program of that
/// name, or of any other (`rustc-1.95`) before arguments that are rustc's alone.
pub(super) fn wraps_rustc(args: &[OsString]) -> bool {
    let Some((first, rest)) = args.get(1).zip(args.get(2..)) else {
        return false;
    };
    let is_source = Path::new(first).extension() == Some(OsStr::new("rs"));
    let is_program = !first.is_empty() && !first.as_encoded_bytes().starts_with(b"-") && !is_source;
    let is_rustcs = || rest.iter().any(|arg| arg == "--crate-name") || rest.first().is_some_and(|arg| arg == "-vV");
    is_program && (Path::new(first).file_name() == Some(OsStr::new("rustc")) || is_rustcs())
}

/// All values of an option, given as `--option value` or `--option=value`.
pub(super) fn values<'a>(args: &'a [OsString], option: &str) -> Vec<&'a OsStr> {
    let mut found = Vec::new();
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        if arg == option {
            found.extend(rest.next().map(OsString::as_os_str));
        } else if let Some(value) = arg.to_str().and_then(|arg| arg.strip_prefix(option)?.strip_prefix('=')) {
            found.push(OsStr::new(value));
        }
    }
    found
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(args: &[OsString]) {
    let call = Call::of(args);
    assert_eq!(
        call.is_compile(),
        args.first()
            .is_some_and(|first| !first.as_encoded_bytes().starts_with(b"-"))
    );
    if let Call::Rustc { crate_name: Some(name) } = call {
        assert!(args.iter().any(|arg| arg == name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Vec<OsString> {
        words.split_whitespace().map(OsString::from).collect()
    }

    proptest::proptest! {
        #[test]
        fn any_arguments_are_a_call(args in proptest::collection::vec("rustc|/x/rustc|--crate-name|-[a-z]|\\PC{0,9}", 0..9)) {
            holds_for(&args.into_iter().map(OsString::from).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_tool_before_rustc() {
        for call in [
            "tool /x/rustc -vV",
            "tool rustc",
            "rustc /x/rustc-1.95 --crate-name x",
            "tool /x/rustc-1.95 -vV",
            "t my - --crate-name ___",
        ] {
            assert!(wraps_rustc(&read(call)), "{call}");
        }
        for call in [
            "rustc --crate-name x src/lib.rs",
            "rustc -vV",
            "cc -c a.c",
            "cc a.c -o a",
            "cc",
            "rustc src/lib.rs --crate-name x",
        ] {
            assert!(!wraps_rustc(&read(call)), "{call}");
        }
    }

    #[test]
    fn tells_calls_apart() {
        let rustc = read("/nix/store/x/bin/rustc --crate-name serde --edition=2021");
        let name = Some(OsStr::new("serde"));
        assert_eq!(Call::of(&rustc), Call::Rustc { crate_name: name });
        assert_eq!(Call::of(&read("rustc -vV")), Call::Rustc { crate_name: None });
        assert_eq!(Call::of(&read("rustc --crate-name")), Call::Rustc { crate_name: None });
        for tool in ["", "--show-stats", "-s", "--start-server"] {
            assert_eq!(Call::of(&read(tool)), Call::Sccache, "{tool}");
        }
        for compiler in [
            "cc -c a.c",
            "clippy-driver rustc --crate-name x",
            "rustc-wrapper x",
            "@file",
        ] {
            assert!(matches!(Call::of(&read(compiler)), Call::Compiler { .. }), "{compiler}");
        }
    }
}
