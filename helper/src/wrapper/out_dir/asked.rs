//! What a rustc call says about the crate that it compiles, as far as moving its OUT_DIR depends on it.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// A call that compiles a dependency as a library or a proc macro.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Asked<'a> {
    /// The crate's name.
    pub(super) crate_name: &'a OsStr,
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
}

/// Reads the arguments that follow the compiler's name.
pub(super) fn read(args: &[OsString]) -> Result<Asked<'_>, NotAsked> {
    let crate_types = values(args, "--crate-type");
    let shared = |name: &&OsStr| ["lib", "rlib", "proc-macro"].iter().any(|known| name == known);
    if crate_types.is_empty() || !crate_types.iter().all(shared) {
        return Err(NotAsked::CrateType);
    }
    // Cargo caps the lints of what comes from a registry or from git, and of nothing else
    // (`Unit::show_warnings`, build_runner's `add_cap_lints`).
    if values(args, "--cap-lints").is_empty() {
        return Err(NotAsked::OwnCode);
    }
    dep_info(args, crate_types).ok_or(NotAsked::NoDepInfo)
}

fn dep_info<'a>(args: &'a [OsString], crate_types: Vec<&'a OsStr>) -> Option<Asked<'a>> {
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
        crate_types,
        cfgs: values(args, "--cfg"),
        dep_info: PathBuf::from(values(args, "--out-dir").first()?).join(file),
    })
}

/// All values of an option, given as `--option value` or `--option=value`.
fn values<'a>(args: &'a [OsString], option: &str) -> Vec<&'a OsStr> {
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

#[cfg(test)]
mod tests {
    use super::*;

    const LIBRARY: &str = "--crate-name serde_core --edition=2021 src/lib.rs --error-format=json --crate-type lib \
        --emit=dep-info,metadata,link -C embed-bitcode=no --cfg feature=\"std\" -C metadata=1 \
        -C extra-filename=-42 --out-dir /t/debug/deps --cap-lints allow";

    fn words(text: &str) -> Vec<OsString> {
        text.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn a_dependencys_library() {
        let args = words(LIBRARY);
        let asked = read(&args).unwrap();
        assert_eq!(asked.crate_name, "serde_core");
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
            let args = words(&LIBRARY.replace("--crate-type lib", types));
            assert_eq!(read(&args).err(), read_as, "{types}");
        }
    }

    #[test]
    fn own_code_is_left_alone() {
        let args = words(&LIBRARY.replace("--cap-lints allow", ""));
        assert_eq!(read(&args), Err(NotAsked::OwnCode));
    }

    #[test]
    fn what_was_read_must_be_told() {
        for (from, to) in [
            ("dep-info,", ""),
            ("--out-dir /t/debug/deps", ""),
            ("--crate-name serde_core", ""),
        ] {
            let args = words(&LIBRARY.replace(from, to));
            assert_eq!(read(&args), Err(NotAsked::NoDepInfo), "without {from}");
        }
    }
}
