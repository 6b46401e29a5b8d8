//! Which variables decide what is compiled.
//!
//! sccache hashes every `CARGO_*`; it gets none of them but ours, and rustc all of them again. What decides is in our key.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::place::Places;
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::key::nix_env;

/// What stands for everything that sccache does not see.
pub(crate) const KEY: &str = "CARGO_SCCACHE_SHELL_KEY";

/// The path of the file that tells the shim what to do.
pub(crate) const PLAN: &str = "SCCACHE_SHELL_PLAN";

/// What cargo sets for a unit by its manifest and name (cargo's `compilation.rs`, `fill_env`); no place is in them.
const OF_THE_UNIT: &[&str] = &["CARGO_PKG_", "CARGO_CRATE_NAME", "CARGO_BIN_NAME"];

/// What sccache's client does not hand on (0.19, `src/cmdline.rs`).
const DROPPED: &[&str] = &[
    "LD_PRELOAD",
    "PWD",
    "HOSTNAME",
    "HOST",
    "SOURCE_DATE_EPOCH",
    "DESTDIR",
    "RUNNING_UNDER_RR",
];

/// Read by rustc itself (rustc's source, `env::var`), by clippy-driver, or by what makes them.
const OF_RUSTC: &[&str] = &[
    "CLIPPY_ARGS",
    "CLIPPY_CONF_DIR",
    "CLIPPY_DISABLE_DOCS_LINKS",
    "NIX_RUSTFLAGS",
    "RUSTC_BOOTSTRAP",
    "RUSTC_FORCE_RUSTC_VERSION",
    "RUSTC_OVERRIDE_VERSION_STRING",
    "RUST_TARGET_PATH",
    "SOURCE_DATE_EPOCH",
];

/// Read by compiler drivers and linkers.
const OF_THE_LINKER: &[&str] = &[
    "COMPILER_PATH",
    "DEVELOPER_DIR",
    "GCC_EXEC_PREFIX",
    "LDEMULATION",
    "LD_RUN_PATH",
    "LIBRARY_PATH",
    "LPATH",
    "MACOSX_DEPLOYMENT_TARGET",
    "SDKROOT",
    "SYSROOT",
];

/// What steers cargo, or says where things are. A macro that reads these unseen is not told from one that does not.
const STEERING: &[&str] = &[
    "CARGO_HOME",
    "CARGO_INCREMENTAL",
    "CARGO_INSTALL_ROOT",
    "CARGO_LOG",
    "CARGO_MAKEFLAGS",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_PATH",
    "CARGO_RUSTC_CURRENT_DIR",
    "CARGO_SBOM_PATH",
    "CARGO_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
];

const STEERING_BEGINS: &[&str] = &[
    "CARGO_ALIAS_",
    "CARGO_BUILD_",
    "CARGO_CACHE_",
    "CARGO_FUTURE_INCOMPAT_REPORT_",
    "CARGO_GIT_",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTR",
    "CARGO_RESOLVER_",
    "CARGO_TERM_",
    "CARGO_UNSTABLE_",
];

/// The settings of one target, `CARGO_TARGET_<triple>_…`: what of them is for rustc is among its arguments.
const STEERING_ENDS: &[&str] = &["_LINKER", "_RUNNER", "_RUSTFLAGS", "_RUSTDOCFLAGS"];

/// Whether a variable is cargo's own setting.
fn steers_cargo(name: &str) -> bool {
    STEERING.contains(&name)
        || STEERING_BEGINS.iter().any(|begin| name.starts_with(begin))
        || name.starts_with("CARGO_TARGET_") && STEERING_ENDS.iter().any(|end| name.ends_with(end))
}

/// Whether it is a variable of nobody's that we know: in sccache's key by its name, and not cargo's.
pub(crate) fn is_somebodys_own(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with("CARGO_")
        && is_in_most_keys(&name, false)
        && name != KEY
        && !name.starts_with("CARGO_BIN_EXE_")
        && name != "CARGO_TARGET_TMPDIR"
}

/// Whether a variable that is set in a shell, or given by cargo's `[env]` (`is_given`), is in the key of each crate that uses
/// another one.
pub(crate) fn is_in_most_keys(name: &str, is_given: bool) -> bool {
    let is_of_each_call = OF_THE_UNIT.iter().any(|begin| name.starts_with(begin)) || name == "CARGO_MAKEFLAGS";
    let counts = if name.starts_with("CARGO_") {
        !steers_cargo(name)
    } else {
        is_given
    };
    counts && !is_of_each_call
}

/// Whether a variable is hidden from sccache and restored by the shim.
pub(crate) fn is_hidden(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b"CARGO_") && name != "CARGO_MAKEFLAGS"
        || DROPPED.iter().any(|dropped| name == *dropped)
}

/// The lines of the key that variables make: name and value.
pub(crate) fn lines(call: &Invocation, env: &Environment, places: &Places) -> Vec<(Vec<u8>, Vec<u8>)> {
    let (is_linked, has_macros) = (call.is_linked(), !call.externs.is_empty());
    let is_clippy = call.program != call.rustc;
    let parent = parent();
    let of_the_script = said_by_the_script(places);
    let mut lines = Vec::new();
    for (name, value) in env.vars() {
        let text = name.to_string_lossy();
        let begins = |list: &[&str]| list.iter().any(|begin| text.starts_with(begin));
        let is = |list: &[&str]| list.contains(&&*text);
        // clippy-driver lints no more than the packages that were asked for, with `--no-deps`.
        let counts = if begins(OF_THE_UNIT) || is(OF_RUSTC) || is_clippy && text == "CARGO_PRIMARY_PACKAGE" {
            true
        } else if text.starts_with("CARGO_") {
            has_macros && !steers_cargo(&text) && text != KEY
        } else if is_linked && (is(OF_THE_LINKER) || nix_env::decides_a_link(name)) {
            true
        } else {
            has_macros
                && (of_the_script.iter().any(|said| said == name) || is_of_this_call(name, value, parent.as_ref()))
        };
        if counts {
            let value = if text.starts_with("CARGO_BIN_EXE_") || text == "CARGO_TARGET_TMPDIR" {
                places.name(value.as_ref())
            } else {
                places.variable(OsStr::from_bytes(&nix_env::without_seeds(value.as_bytes())))
            };
            lines.push((name.as_bytes().to_owned(), value.as_bytes().to_owned()));
        }
    }
    lines
}

/// The variables that the package's build script told cargo to set, also where the shell has the same.
fn said_by_the_script(places: &Places) -> Vec<OsString> {
    let Some(package) = places.out.as_deref().and_then(Path::parent) else {
        return Vec::new();
    };
    // The second is where cargo's newer layout of the build directory has it.
    let text = ["output", "run/stdout"]
        .iter()
        .find_map(|name| std::fs::read(package.join(name)).ok());
    let name = |line: &[u8]| {
        let rest = line.strip_prefix(b"cargo:")?;
        // Since 1.77 with two colons.
        let rest = rest.strip_prefix(b":").unwrap_or(rest).strip_prefix(b"rustc-env=")?;
        let at = rest.iter().position(|&byte| byte == b'=')?;
        Some(OsStr::from_bytes(rest[..at].trim_ascii()).to_owned())
    };
    let text = text.unwrap_or_default();
    text.split(|&byte| byte == b'\n').filter_map(name).collect()
}

/// Whether cargo set it for this call: by `[env]`, or because a build script said so.
fn is_of_this_call(name: &OsStr, value: &OsStr, parent: Option<&BTreeMap<OsString, OsString>>) -> bool {
    // Cargo's own, said nowhere else.
    const OWN: &[&str] = &[
        "CARGO",
        "OUT_DIR",
        "MAKEFLAGS",
        "MFLAGS",
        "LD_LIBRARY_PATH",
        "DYLD_FALLBACK_LIBRARY_PATH",
        "RUSTC",
        "RUSTC_WRAPPER",
        "TMPDIR",
        "_",
        "SHLVL",
        "PWD",
        "OLDPWD",
    ];
    let Some(parent) = parent else {
        return false;
    };
    // nixpkgs' variables are the shell's, and what of them decides is told by its own rules.
    let is_own = OWN.iter().any(|own| name == *own) || nix_env::decides_a_link(name);
    !is_own && parent.get(name).map(OsString::as_os_str) != Some(value)
}

/// The variables that cargo was started with.
#[cfg(target_os = "linux")]
fn parent() -> Option<BTreeMap<OsString, OsString>> {
    let mut pid = rustix::process::getppid()?.as_raw_nonzero().get();
    let mut text = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    // A script between cargo and the wrapper has what cargo set for the unit.
    let is_between = |text: &[u8]| {
        text.split(|&byte| byte == 0)
            .any(|word| word.starts_with(b"CARGO_CRATE_NAME="))
    };
    while is_between(&text) {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        pid = status
            .lines()
            .find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok())?;
        text = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    }
    let split = |word: &[u8]| {
        let at = word.iter().position(|&byte| byte == b'=')?;
        Some((
            OsStr::from_bytes(&word[..at]).to_owned(),
            OsStr::from_bytes(&word[at + 1..]).to_owned(),
        ))
    };
    Some(text.split(|&byte| byte == 0).filter_map(split).collect())
}

#[cfg(not(target_os = "linux"))]
fn parent() -> Option<BTreeMap<OsString, OsString>> {
    None
}
