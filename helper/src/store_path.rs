//! Package and version in the name of a path in the Nix store, without running Nix.
//!
//! The rules are Nix's own (`src/libstore/path.cc`, `src/libstore/names.cc`). They are repeated here because no
//! published crate has them under a licence that we can use (see the README).

use std::path::Path;

/// The name and version in a store path's base name: `(sccache, 0.19.0)`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreName {
    /// Everything before the first dash that is not followed by a letter.
    pub name: String,
    /// Everything after that dash, if there is one.
    pub version: Option<String>,
}

const HASH_LEN: usize = 32;
const MAX_NAME_LEN: usize = 211;

/// Whether `path` is in the store directory `store` (`/nix/store` by default).
pub fn is_in_store(path: &Path, store: &Path) -> bool {
    path.starts_with(store) && path != store
}

/// The package's name and version in a path in the store directory `store`; `None` if it is not a store path by Nix's
/// rules.
pub fn parse(path: &Path, store: &Path) -> Option<StoreName> {
    let base = path.strip_prefix(store).ok()?.iter().next()?.to_str()?;
    let (hash, rest) = base.split_at_checked(HASH_LEN)?;
    let name = rest.strip_prefix('-')?;
    (is_hash(hash) && is_name(name)).then(|| split_version(name))
}

/// Nix's base 32 has no `e`, `o`, `u` and `t`.
fn is_hash(text: &str) -> bool {
    text.bytes()
        .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'z') && !b"eout".contains(&b))
}

fn is_name(name: &str) -> bool {
    let first = name.split('-').next().unwrap_or_default();
    (1..=MAX_NAME_LEN).contains(&name.len())
        && name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"+-._?=".contains(&b))
        && !matches!(first, "." | "..")
}

fn split_version(name: &str) -> StoreName {
    let bytes = name.as_bytes();
    let dash = (0..bytes.len().saturating_sub(1)).find(|&at| bytes[at] == b'-' && !bytes[at + 1].is_ascii_alphabetic());
    StoreName {
        name: name[..dash.unwrap_or(name.len())].to_owned(),
        version: dash.map(|at| name[at + 1..].to_owned()),
    }
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(text: &str) {
    let store = Path::new("/nix/store");
    let path = store.join(text);
    let Some(found) = parse(&path, store) else {
        return;
    };
    assert!(is_in_store(&path, store));
    let version = found.version.map(|version| format!("-{version}"));
    let whole = format!("-{}{}", found.name, version.unwrap_or_default());
    let base = path.strip_prefix(store).ok().and_then(|rest| rest.iter().next());
    let base = base.and_then(|base| base.to_str()).unwrap_or_default();
    assert_eq!(&base[HASH_LEN..], whole);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HASH: &str = "0c0a1b2c3d4f5g6h7i8j9k0l1m2n3p4q";

    fn read(rest: &str) -> Option<(String, Option<String>)> {
        let path = format!("/nix/store/{HASH}{rest}");
        parse(Path::new(&path), Path::new("/nix/store")).map(|n| (n.name, n.version))
    }

    #[test]
    fn splits_name_and_version() {
        let split = |name: &str, version: Option<&str>| Some((name.to_owned(), version.map(str::to_owned)));
        assert_eq!(read("-sccache-0.17.0/bin/sccache"), split("sccache", Some("0.17.0")));
        assert_eq!(read("-gcc-wrapper-14.2"), split("gcc-wrapper", Some("14.2")));
        assert_eq!(read("-source"), split("source", None));
        assert_eq!(read("-a-"), split("a-", None));
    }

    #[test]
    fn refuses_what_is_not_a_store_path() {
        for rest in ["", "-", "/bin", "-..-x", "-a b", &format!("-{}", "a".repeat(212))] {
            assert_eq!(read(rest), None, "{rest}");
        }
        let vowels = Path::new("/nix/store/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-x");
        assert_eq!(parse(vowels, Path::new("/nix/store")), None);
        assert_eq!(parse(Path::new("/usr/bin/sccache"), Path::new("/nix/store")), None);
    }

    proptest! {
        #[test]
        fn name_and_version_make_the_whole(name in "[0-9a-zA-Z+_?=][0-9a-zA-Z+._?=-]{0,60}") {
            let read = read(&format!("-{name}")).ok_or_else(|| TestCaseError::fail("not read"))?;
            let whole = read.1.map_or(read.0.clone(), |version| format!("{}-{version}", read.0));
            prop_assert_eq!(whole, name);
        }

        #[test]
        fn never_panics(text in "\\PC*") {
            let _ = parse(Path::new(&text), Path::new("/"));
            assert_invariants(&text);
            assert_invariants(&format!("{HASH}-{text}"));
        }
    }
}
