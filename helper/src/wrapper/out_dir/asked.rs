//! What a rustc call says about the crate that it compiles, as far as moving its OUT_DIR depends on it.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::wrapper::call::{dependency, values};

/// A call that compiles a dependency as a library or a proc macro.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// The crate's name.
    pub(super) crate_name: &'a OsStr,
    /// Its root, an absolute path.
    pub(super) source: &'a Path,
    /// Its types, as given.
    pub(super) crate_types: Vec<&'a OsStr>,
    /// Its `--cfg` values, as given.
    pub(super) cfgs: Vec<&'a OsStr>,
    /// The dep-info file that rustc writes.
    pub(super) dep_info: PathBuf,
}

/// Why a call is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotAsked {
    /// An executable, a test, a C library: linked, never stored by sccache, and often run where it is.
    CrateType,
    /// A crate of the workspace, or by path. Its key holds its own place anyway; and there are macros that
    /// write into the OUT_DIR of the crate they are used in (`tauri::generate_context!`).
    OwnCode,
    /// No dep-info, so what the crate read could not be told.
    NoDepInfo,
    /// It writes into OUT_DIR: a build script that tries the compiler, or that builds a whole project there.
    Inside,
    /// The caller gives OUT_DIR's path another name in the artifact, and a copy's path would keep its own.
    Remapped,
    /// A static library that sccache does not hash, from another place. With OUT_DIR's path in the key an object of
    /// another worktree is never taken, with that of a copy it could be.
    UnseenLibrary,
}

/// Reads the arguments that follow the compiler's name, of a call with this OUT_DIR.
pub(super) fn read<'a>(args: &'a [OsString], out_dir: &Path) -> Result<Asked<'a>, NotAsked> {
    let crate_types = values(args, "--crate-type");
    let shared = |name: &&OsStr| ["lib", "rlib", "proc-macro"].iter().any(|known| name == known);
    if crate_types.is_empty() || !crate_types.iter().all(shared) {
        return Err(NotAsked::CrateType);
    }
    let source = dependency(args).ok_or(NotAsked::OwnCode)?;
    if values(args, "--out-dir")
        .iter()
        .any(|dir| Path::new(dir).starts_with(out_dir))
    {
        return Err(NotAsked::Inside);
    }
    if is_remapped(args, out_dir) {
        return Err(NotAsked::Remapped);
    }
    if has_unseen_library(args, out_dir) {
        return Err(NotAsked::UnseenLibrary);
    }
    dep_info(args, source, crate_types).ok_or(NotAsked::NoDepInfo)
}

/// Whether `--remap-path-prefix FROM=TO` changes the directory's name.
fn is_remapped(args: &[OsString], dir: &Path) -> bool {
    values(args, "--remap-path-prefix").iter().any(|value| {
        // As rustc does: what is replaced may have a `=` in it, what replaces it has none.
        let value = value.as_encoded_bytes();
        let from = value
            .iter()
            .rposition(|&byte| byte == b'=')
            .map_or(value, |at| &value[..at]);
        dir.starts_with(OsStr::from_bytes(from))
    })
}

/// sccache hashes a static library only where its kind is exactly `static`, without modifiers.
fn has_unseen_library(args: &[OsString], dir: &Path) -> bool {
    let has_modifiers = |value: &&OsStr| value.as_encoded_bytes().starts_with(b"static:");
    let is_elsewhere = |value: &&OsStr| {
        let native = value.as_encoded_bytes().strip_prefix(b"native=");
        native.is_some_and(|path| !Path::new(OsStr::from_bytes(path)).starts_with(dir))
    };
    values(args, "-l").iter().any(has_modifiers) && values(args, "-L").iter().any(is_elsewhere)
}

fn dep_info<'a>(args: &'a [OsString], source: &'a Path, crate_types: Vec<&'a OsStr>) -> Option<Asked<'a>> {
    let emits = |value: &&OsStr| {
        value
            .as_encoded_bytes()
            .split(|&b| b == b',')
            .any(|kind| kind == b"dep-info")
    };
    if !values(args, "--emit").iter().any(emits) {
        return None;
    }
    let crate_name = *values(args, "--crate-name").first()?;
    let mut file = crate_name.to_owned();
    let codegen = values(args, "-C");
    if let Some(extra) = codegen
        .iter()
        .find_map(|value| value.to_str()?.strip_prefix("extra-filename="))
    {
        file.push(extra);
    }
    file.push(".d");
    Some(Asked {
        crate_name,
        source,
        crate_types,
        cfgs: values(args, "--cfg"),
        dep_info: PathBuf::from(values(args, "--out-dir").first()?).join(file),
    })
}

#[cfg(any(test, fuzzing))]
pub(crate) fn holds_for(args: &[OsString]) {
    let Ok(asked) = read(args, Path::new("/t/out")) else {
        return;
    };
    assert!(
        !asked.crate_types.is_empty()
            && !asked.crate_name.is_empty() | args.iter().any(|arg| arg.is_empty() || arg == "--crate-name=")
    );
    let file = asked.dep_info.as_os_str().as_encoded_bytes();
    assert!(file.ends_with(b".d"));
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "--crate-name serde_core --edition=2021 /r/serde_core-1/src/lib.rs --error-format=json --crate-type lib \
        --emit=dep-info,metadata,link -C embed-bitcode=no --cfg feature=\"std\" -C metadata=1 \
        -C extra-filename=-42 --out-dir /t/debug/deps --cap-lints allow";

    const OUT_DIR: &str = "/t/debug/build/serde_core-1/out";

    fn words(text: &str) -> Vec<OsString> {
        text.split_whitespace().map(OsString::from).collect()
    }

    proptest::proptest! {
        #[test]
        fn any_arguments_are_read(
            args in proptest::collection::vec(
                "--crate-type|lib|--crate-name(=x)?|--emit=dep-info|--out-dir|/t|--cap-lints=allow|-C|extra-filename=-1|--cfg|\\PC{0,9}", 0..20,
            ),
        ) {
            holds_for(&args.into_iter().map(OsString::from).collect::<Vec<_>>());
        }
    }

    fn refused(text: &str) -> Option<NotAsked> {
        read(&words(text), Path::new(OUT_DIR)).err()
    }

    #[test]
    fn a_dependencys_library() {
        let args = words(LIBRARY);
        let asked = read(&args, Path::new(OUT_DIR)).unwrap();
        assert_eq!(asked.crate_name, "serde_core");
        assert_eq!(asked.source, Path::new("/r/serde_core-1/src/lib.rs"));
        assert_eq!(asked.crate_types, ["lib"]);
        assert_eq!(asked.cfgs, ["feature=\"std\""]);
        assert_eq!(asked.dep_info, PathBuf::from("/t/debug/deps/serde_core-42.d"));
    }

    #[test]
    fn all_types_must_be_shared_ones() {
        for (types, read_as) in [
            ("--crate-type rlib --crate-type lib", None),
            ("--crate-type=proc-macro", None),
            ("--crate-type lib --crate-type cdylib", Some(NotAsked::CrateType)),
            ("--crate-type bin", Some(NotAsked::CrateType)),
            ("--test", Some(NotAsked::CrateType)),
        ] {
            assert_eq!(refused(&LIBRARY.replace("--crate-type lib", types)), read_as, "{types}");
        }
    }

    #[test]
    fn own_code_is_left_alone() {
        let own = LIBRARY.replace("--cap-lints allow", "");
        assert_eq!(refused(&own), Some(NotAsked::OwnCode));
        // RUSTFLAGS caps the lints of everything.
        let capped = LIBRARY.replace("/r/serde_core-1/src/lib.rs", "core/src/lib.rs");
        assert_eq!(refused(&capped), Some(NotAsked::OwnCode));
        assert_eq!(
            refused(&LIBRARY.replace("/r/serde_core-1/src/lib.rs", "-")),
            Some(NotAsked::OwnCode)
        );
    }

    #[test]
    fn what_writes_into_it_is_left_alone() {
        let probe = LIBRARY.replace("/t/debug/deps", &format!("{OUT_DIR}/probe"));
        assert_eq!(refused(&probe), Some(NotAsked::Inside));
    }

    #[test]
    fn a_path_that_is_given_another_name_keeps_it() {
        for (remap, is_refused) in [
            ("--remap-path-prefix /t=/src", true),
            ("--remap-path-prefix=/t/debug/build/serde_core-1/out=", true),
            ("--remap-path-prefix /t/de=/src", false),
            ("--remap-path-prefix=/home/a=b=/t", false),
        ] {
            let refused = refused(&format!("{LIBRARY} {remap}"));
            assert_eq!(refused == Some(NotAsked::Remapped), is_refused, "{remap}");
        }
    }

    #[test]
    fn a_library_that_nobody_hashes() {
        for (link, is_refused) in [
            ("-l static:+whole-archive=z -L native=/t/debug/build/other-1/out", true),
            (
                "-l static:+whole-archive=z -L native=/t/debug/build/serde_core-1/out/lib",
                false,
            ),
            ("-l static=z -L native=/t/debug/build/other-1/out", false),
            ("-l dylib:+verbatim=z -L native=/usr/lib", false),
            ("-l static:+whole-archive=z -L dependency=/t/debug/deps", false),
        ] {
            let refused = refused(&format!("{LIBRARY} {link}"));
            assert_eq!(refused == Some(NotAsked::UnseenLibrary), is_refused, "{link}");
        }
    }

    #[test]
    fn what_was_read_must_be_told() {
        for (from, to) in [
            ("dep-info,", ""),
            ("--out-dir /t/debug/deps", ""),
            ("--crate-name serde_core", ""),
        ] {
            assert_eq!(
                refused(&LIBRARY.replace(from, to)),
                Some(NotAsked::NoDepInfo),
                "without {from}"
            );
        }
    }
}
