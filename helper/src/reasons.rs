//! Explanations of sccache's reasons for not caching a call. The keys are those of `not_cached` in its statistics
//! (0.19, `src/compiler/rust.rs`, `gcc.rs`, `clang.rs` and `msvc.rs`).

/// What a reason means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// What kind of call it was.
    pub words: &'static str,
    /// Whether it can be avoided.
    pub kind: Kind,
}

/// Whether a reason can be avoided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A call that only queries the compiler: it costs nothing.
    Probe,
    /// sccache never caches this, by design.
    ByDesign,
    /// A different setting or flag avoids it.
    Avoidable,
}

impl Kind {
    /// Its name in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Probe => "probe",
            Self::ByDesign => "by design",
            Self::Avoidable => "avoidable",
        }
    }
}

/// Keys of calls that only query the compiler.
const PROBES: &[(&str, &str)] = &[
    ("-", "queries of cargo to rustc, such as its version"),
    ("missing input", "queries of cargo to rustc, such as its version"),
    ("-E", "preprocessing alone, as by configure scripts"),
    ("-M", "lists of headers, as by make"),
    ("-MM", "lists of headers, as by make"),
    ("-P", "preprocessing alone, as by configure scripts"),
    ("-fsyntax-only", "checks of syntax, as by configure scripts"),
    ("no input file", "calls without a source, as by configure scripts"),
    ("output to nul", "compiles whose result is discarded"),
];

/// Keys of calls that sccache never caches.
const BY_DESIGN: &[(&str, &str)] = &[
    ("crate-type", "programs and shared libraries, which are linked"),
    ("multiple input files", "calls with several sources, as by clippy"),
    ("missing output_dir", "calls without an output directory, as by clippy"),
    ("missing emit", "rustc calls that do not name their output"),
    ("missing crate_name", "rustc calls without a crate name"),
    ("-o", "rustc calls with -o"),
    (
        "unknown source language",
        "sources in a language that sccache does not know",
    ),
];

/// Keys of calls that a different setting or flag makes cacheable.
const AVOIDABLE: &[(&str, &str)] = &[
    ("incremental", "crates compiled incrementally"),
    ("more than one --emit", "rustc calls with several --emit"),
    (
        "unsupported --emit",
        "rustc calls that write assembly, LLVM IR or objects",
    ),
    ("extra-filename", "rustc calls with an empty extra-filename"),
    ("target unsure", "a target whose name is also a file here"),
    ("argument parse", "calls whose arguments sccache cannot read"),
    ("--sysroot", "rustc calls with a sysroot of their own"),
    ("@", "arguments in a response file"),
    ("-x", "a language given by -x"),
    ("-ftime-trace", "compiles that are timed (-ftime-trace)"),
    ("-fplugin", "compiler plugins"),
    ("-fprofile-use", "compiles by a recorded profile"),
    ("shared pdb", "debug information in a shared file: /Z7 instead of /Zi"),
    (
        "multiple different -arch, and SCCACHE_CACHE_MULTIARCH not set",
        "several -arch at once: set SCCACHE_CACHE_MULTIARCH=1",
    ),
];

fn known() -> impl Iterator<Item = (&'static str, Reason)> {
    let tables = [
        (Kind::Probe, PROBES),
        (Kind::ByDesign, BY_DESIGN),
        (Kind::Avoidable, AVOIDABLE),
    ];
    let reasons = |(kind, table): (Kind, &'static [(&'static str, &'static str)])| {
        table.iter().map(move |(key, words)| (*key, Reason { words, kind }))
    };
    tables.into_iter().flat_map(reasons)
}

/// The reason behind a key. A key that is not known is a flag or a message of sccache's.
pub fn explain(key: &str) -> Reason {
    // Since 0.19 the crate type follows: `crate-type (bin)`.
    let name = if key.starts_with("crate-type") {
        "crate-type"
    } else {
        key
    };
    let known = known().find(|(known, _)| *known == name);
    known.map_or_else(|| unknown(key), |(_, reason)| reason)
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
    Reason {
        words,
        kind: Kind::Avoidable,
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(key: &str) {
    let reason = explain(key);
    assert!(!reason.words.is_empty());
    let is_known = known().any(|(known, _)| known == key) || key.starts_with("crate-type");
    assert!(is_known || reason.kind == Kind::Avoidable, "an unknown reason is shown");
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
    fn each_key_is_listed_once() {
        let keys: Vec<&str> = known().map(|(key, _)| key).collect();
        let unique: std::collections::BTreeSet<&str> = keys.iter().copied().collect();
        assert_eq!(keys.len(), unique.len());
    }
}
