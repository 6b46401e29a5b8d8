//! The purpose of a call of the wrapper, by its arguments.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::invocation::is_clippy;

/// One call of the wrapper.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Call<'a> {
    /// Cargo's call: `sccache /path/rustc --crate-name …`.
    Rustc {
        /// The crate's name, if it is given.
        crate_name: Option<&'a OsStr>,
    },
    /// Any other compiler: `sccache cc -c …`, `sccache clippy-driver rustc …`.
    Compiler {
        /// The compiler, as the call names it.
        program: &'a OsStr,
    },
    /// sccache itself: `sccache --show-stats`, or no arguments.
    Sccache,
}

impl<'a> Call<'a> {
    /// Reads the arguments that follow the wrapper's own name.
    pub(super) fn of(args: &'a [OsString]) -> Self {
        match args.split_first() {
            None => Self::Sccache,
            Some((first, _)) if first.as_encoded_bytes().starts_with(b"-") => Self::Sccache,
            Some((first, rest)) if is_rustc(first, rest) && !wraps_rustc(args) => Self::Rustc {
                crate_name: value(rest, "--crate-name"),
            },
            Some((first, _)) => Self::Compiler { program: first },
        }
    }

    /// Whether it compiles Rust, with rustc or clippy.
    pub(super) fn is_rust(&self) -> bool {
        match self {
            Self::Rustc { .. } => true,
            Self::Compiler { program } => is_clippy(Path::new(program)),
            Self::Sccache => false,
        }
    }

    /// Whether it runs a compiler.
    pub(super) fn is_compile(&self) -> bool {
        !matches!(self, Self::Sccache)
    }
}

/// Whether it is rustc: by its name, or by arguments that only rustc has (`rustc-1.95`).
fn is_rustc(program: &OsStr, args: &[OsString]) -> bool {
    Path::new(program).file_stem() == Some(OsStr::new("rustc")) || !is_clippy(Path::new(program)) && are_rustcs(args)
}

fn are_rustcs(args: &[OsString]) -> bool {
    args.iter().any(|arg| arg == "--crate-name") || args.first().is_some_and(|arg| arg == "-vV")
}

/// Whether the first argument is rustc, as in cargo's calls of RUSTC_WORKSPACE_WRAPPER: a program of that name, or of
/// any name (`rustc-1.95`) before arguments that only rustc has.
pub(super) fn wraps_rustc(args: &[OsString]) -> bool {
    let Some((first, rest)) = args.get(1).zip(args.get(2..)) else {
        return false;
    };
    let is_source = Path::new(first).extension() == Some(OsStr::new("rs"));
    let is_program = !first.is_empty() && !first.as_encoded_bytes().starts_with(b"-") && !is_source;
    is_program && (Path::new(first).file_name() == Some(OsStr::new("rustc")) || are_rustcs(rest))
}

/// The first value of an option, given as `--option value` or `--option=value`.
fn value<'a>(args: &'a [OsString], option: &str) -> Option<&'a OsStr> {
    args.iter().enumerate().find_map(|(at, arg)| {
        if arg == option {
            return args.get(at + 1).map(OsString::as_os_str);
        }
        arg.to_str()?.strip_prefix(option)?.strip_prefix('=').map(OsStr::new)
    })
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
        for question in ["rustc -vV", "/usr/bin/rustc-1.95 -vV"] {
            assert_eq!(Call::of(&read(question)), Call::Rustc { crate_name: None });
        }
        let versioned = read("rustc-1.95 --crate-name serde");
        assert_eq!(Call::of(&versioned), Call::Rustc { crate_name: name });
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
