//! sccache's reasons for not caching a call, in words. The keys are those of `not_cached` in its statistics (0.19,
//! `src/compiler/rust.rs`, `gcc.rs`, `clang.rs` and `msvc.rs`).

/// What a reason means for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// What kind of call it was.
    pub words: &'static str,
    /// Whether that is as it should be.
    pub kind: Kind,
}

/// Whether anything can be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A question to a compiler, no compile: it costs nothing.
    Probe,
    /// sccache never caches this, by design.
    ByDesign,
    /// A setting or a flag that could be another.
    Avoidable,
}

const fn reason(words: &'static str, kind: Kind) -> Reason {
    Reason { words, kind }
}

/// Whole keys.
const KNOWN: [(&str, Reason); 30] = [
    ("incremental", reason("crates compiled incrementally", Kind::Avoidable)),
    (
        "crate-type",
        reason("programs and shared libraries, which are linked", Kind::ByDesign),
    ),
    ("-", reason("questions that cargo asks rustc", Kind::Probe)),
    ("missing input", reason("questions that cargo asks rustc", Kind::Probe)),
    (
        "multiple input files",
        reason("calls with several sources, as by clippy", Kind::ByDesign),
    ),
    (
        "missing output_dir",
        reason("calls without an output directory, as by clippy", Kind::ByDesign),
    ),
    (
        "missing emit",
        reason("rustc calls that do not say what to write", Kind::ByDesign),
    ),
    (
        "missing crate_name",
        reason("rustc calls without a crate's name", Kind::ByDesign),
    ),
    (
        "more than one --emit",
        reason("rustc calls with several --emit", Kind::Avoidable),
    ),
    (
        "unsupported --emit",
        reason("rustc calls that write assembly, LLVM IR or objects", Kind::Avoidable),
    ),
    (
        "extra-filename",
        reason("rustc calls with an empty extra-filename", Kind::Avoidable),
    ),
    (
        "target unsure",
        reason("a target whose name is also a file here", Kind::Avoidable),
    ),
    (
        "argument parse",
        reason("calls whose arguments sccache cannot read", Kind::Avoidable),
    ),
    (
        "--sysroot",
        reason("rustc calls with a sysroot of their own", Kind::Avoidable),
    ),
    ("-o", reason("rustc calls with -o", Kind::ByDesign)),
    (
        "-E",
        reason("preprocessing alone, as by configure scripts", Kind::Probe),
    ),
    ("-M", reason("lists of headers, as by make", Kind::Probe)),
    ("-MM", reason("lists of headers, as by make", Kind::Probe)),
    (
        "-P",
        reason("preprocessing alone, as by configure scripts", Kind::Probe),
    ),
    (
        "-fsyntax-only",
        reason("checks of syntax, as by configure scripts", Kind::Probe),
    ),
    (
        "no input file",
        reason("calls without a source, as by configure scripts", Kind::Probe),
    ),
    (
        "unknown source language",
        reason("sources of a language that sccache does not know", Kind::ByDesign),
    ),
    ("@", reason("arguments in a response file", Kind::Avoidable)),
    ("-x", reason("a language given by -x", Kind::Avoidable)),
    (
        "-ftime-trace",
        reason("compiles that are timed (-ftime-trace)", Kind::Avoidable),
    ),
    ("-fplugin", reason("compiler plugins", Kind::Avoidable)),
    (
        "-fprofile-use",
        reason("compiles by a recorded profile", Kind::Avoidable),
    ),
    (
        "shared pdb",
        reason(
            "debug information in a shared file: /Z7 instead of /Zi",
            Kind::Avoidable,
        ),
    ),
    (
        "output to nul",
        reason("compiles whose result is thrown away", Kind::Probe),
    ),
    (
        "multiple different -arch, and SCCACHE_CACHE_MULTIARCH not set",
        reason("several -arch at once: set SCCACHE_CACHE_MULTIARCH=1", Kind::Avoidable),
    ),
];

/// The reason behind a key; one that is not known is a flag or a message of sccache's, shown as it is.
pub fn explain(key: &str) -> Reason {
    // Since 0.19 the kind of crate stands behind it: `crate-type (bin)`.
    let name = if key.starts_with("crate-type") {
        "crate-type"
    } else {
        key
    };
    let known = KNOWN.iter().find(|(known, _)| *known == name);
    known.map_or_else(|| unknown(key), |(_, reason)| *reason)
}

fn unknown(key: &str) -> Reason {
    let words = if key.starts_with("-save-temps") {
        "compiles that keep intermediate files"
    } else if key.starts_with("-fmodule") || key.contains("cxx-modules") || key.starts_with("-fprebuilt") {
        "C++ or Clang modules"
    } else if key.starts_with('-') {
        "a flag that sccache does not cache"
    } else {
        "a call that sccache does not cache"
    };
    reason(words, Kind::Avoidable)
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(key: &str) {
    let reason = explain(key);
    assert!(!reason.words.is_empty());
    let is_known = KNOWN.iter().any(|(known, _)| *known == key) || key.starts_with("crate-type");
    assert!(is_known || reason.kind == Kind::Avoidable, "what is not known is shown");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explains_what_sccache_says() {
        assert_eq!(explain("crate-type (proc-macro)").kind, Kind::ByDesign);
        assert_eq!(explain("crate-type").kind, Kind::ByDesign);
        assert_eq!(explain("missing input").kind, Kind::Probe);
        assert_eq!(explain("incremental").kind, Kind::Avoidable);
        assert_eq!(
            explain("-save-temps=obj").words,
            "compiles that keep intermediate files"
        );
        assert_eq!(explain("-fnew-flag").kind, Kind::Avoidable);
    }

    proptest::proptest! {
        #[test]
        fn any_key_is_explained(key: String, flag in "(-[a-z-]{0,9}|crate-type.{0,9})") {
            assert_invariants(&key);
            assert_invariants(&flag);
        }
    }

    #[test]
    fn each_key_stands_there_once() {
        let mut keys: Vec<&str> = KNOWN.iter().map(|(key, _)| *key).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), KNOWN.len());
    }
}
