//! Whether a crate only includes files of its OUT_DIR, or keeps the directory's path for when it runs.
//!
//! `include!(concat!(env!("OUT_DIR"), "/x.rs"))` leaves the path in debug information alone; a path that is kept
//! (`const PROTOC: &str = concat!(env!("OUT_DIR"), "/bin/protoc")`) would name the other worktree for good.

const VARIABLE: &str = "\"OUT_DIR\"";

/// What stands before the variable's name where a file is read while the crate is compiled.
const INCLUSIONS: [&str; 3] = [
    "include!(concat!(env!(",
    "include_str!(concat!(env!(",
    "include_bytes!(concat!(env!(",
];

/// What asks for the variable when the program runs, which bakes nothing in.
const AT_RUN_TIME: [&str; 2] = ["var(", "var_os("];

/// Whether every mention of OUT_DIR in these sources is an inclusion, and there is one at all: a crate whose macro
/// comes from elsewhere mentions none, and is not judged.
pub(crate) fn only_includes<'a>(sources: impl IntoIterator<Item = &'a str>) -> bool {
    let mut includes = false;
    for source in sources {
        if !source.contains(VARIABLE) {
            continue;
        }
        let code = code(source);
        for (at, _) in code.match_indices(VARIABLE) {
            let before = &code[..at];
            if INCLUSIONS.iter().any(|call| ends_with_call(before, call)) {
                includes = true;
            } else if !AT_RUN_TIME.iter().any(|call| ends_with_call(before, call)) {
                return false;
            }
        }
    }
    includes
}

/// The source without comment lines and blanks, and without the paths by which a macro may be called.
fn code(source: &str) -> String {
    let lines = source
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.starts_with("//"));
    let dense: String = lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
    ["::std::", "::core::", "std::", "core::"]
        .iter()
        .fold(dense, |text, path| text.replace(path, ""))
}

/// Whether `text` ends with `call`, and not with the end of a longer name.
fn ends_with_call(text: &str, call: &str) -> bool {
    let rest = text.strip_suffix(call);
    rest.is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(source: &str) {
    // What keeps the path is never made good by what stands around it.
    let kept = format!("{source}\npub const DIR: &str = env!(\"OUT_DIR\");");
    assert!(!only_includes([kept.as_str()]), "{source}");
    assert!(!only_includes([source]) || source.contains(VARIABLE));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_source_is_judged(source: String, code in "([a-z!(]{0,9}|include!\\(|concat!\\(|env!\\(|\"OUT_DIR\"|[ \n/:]){0,12}") {
            holds_for(&source);
            holds_for(&code);
        }
    }

    fn only(source: &str) -> bool {
        only_includes([source])
    }

    #[test]
    fn inclusions() {
        for source in [
            r#"include!(concat!(env!("OUT_DIR"), "/private.rs"));"#,
            "static X: &[u8] = include_bytes!(concat!(\n    env!(\"OUT_DIR\"),\n    \"/x\"\n));",
            r#"const A: &str = ::core::include_str!(::std::concat!(core::env!("OUT_DIR"), "/a"));"#,
            r#"include!(concat!(env!("OUT_DIR"), env!("SUFFIX"))); fn f() { std::env::var_os("OUT_DIR"); }"#,
            "// env!(\"OUT_DIR\") is where it lies\ninclude!(concat!(env!(\"OUT_DIR\"), \"/a\"));",
        ] {
            assert!(only(source), "{source}");
        }
    }

    #[test]
    fn paths_that_are_kept() {
        let include = r#"include!(concat!(env!("OUT_DIR"), "/a.rs"));"#;
        for kept in [
            r#"const PROTOC: &str = concat!(env!("OUT_DIR"), "/bin/protoc");"#,
            r#"pub const DIR: &str = env!("OUT_DIR");"#,
            r#"fn dir() -> Option<&'static str> { option_env!("OUT_DIR") }"#,
            r#"keep_include!(concat!(env!("OUT_DIR"), "/a"));"#,
            r##"const A: &str = env!(r"OUT_DIR");"##,
        ] {
            assert!(!only(kept), "{kept}");
            assert!(!only_includes([include, kept]), "{kept}");
        }
        // Somebody else's macro did it, and nobody knows how.
        assert!(!only("proto!(\"a\");"));
        assert!(!only("// include!(concat!(env!(\"OUT_DIR\"), \"/a\"))\nproto!(\"a\");"));
    }
}
