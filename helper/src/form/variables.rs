//! The variables in the key.
//!
//! sccache hashes every `CARGO_*`. The shim hides them from it and restores them for rustc; those that decide what is
//! compiled are in our key.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

use super::parts::{KeyPart, part};
use super::place::Places;
use crate::cargo::build_dir::variables_of_script;
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::key::cargo_env::{KEY, is_of_the_unit, is_setting};
use crate::key::nix_env;

/// Variables that sccache's client does not pass on (0.19, `src/cmdline.rs`).
const DROPPED: &[&str] = &[
    "LD_PRELOAD",
    "PWD",
    "HOSTNAME",
    "HOST",
    "SOURCE_DATE_EPOCH",
    "DESTDIR",
    "RUNNING_UNDER_RR",
];

/// Read by rustc (its source, `env::var`), by clippy-driver, or by scripts around them.
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
    "CCC_OVERRIDE_OPTIONS",
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

/// Variables that cargo sets for rustc and that do not come from `[env]` or a build script.
const OF_EACH_CALL: &[&str] = &[
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

type Variables = BTreeMap<OsString, OsString>;

/// Whether a variable is hidden from sccache and restored by the shim.
pub(super) fn is_hidden(name: &OsStr) -> bool {
    name.as_bytes().starts_with(b"CARGO_") && name != "CARGO_MAKEFLAGS"
        || DROPPED.iter().any(|dropped| name == *dropped)
}

/// The parts of the key that are variables.
pub(super) fn parts(call: &Invocation, env: &Environment, places: &Places) -> Vec<KeyPart> {
    let deciding = Deciding {
        call,
        parent: parent(),
        of_the_script: places.out.as_deref().map(variables_of_script).unwrap_or_default(),
    };
    let counting = env.vars().filter(|(name, value)| deciding.has(name, value));
    counting
        .map(|(name, value)| part(name.as_bytes(), value_in_key(name, value, places).as_bytes()))
        .collect()
}

/// The value as it is in every worktree.
fn value_in_key(name: &OsStr, value: &OsStr, places: &Places) -> OsString {
    let is_path = name.as_bytes().starts_with(b"CARGO_BIN_EXE_") || name == "CARGO_TARGET_TMPDIR";
    if is_path {
        places.name(value.as_ref())
    } else {
        places.variable(OsStr::from_bytes(&nix_env::without_seeds(value.as_bytes())))
    }
}

/// Which variables decide what a call compiles.
struct Deciding<'a> {
    call: &'a Invocation,
    /// The variables that cargo was started with, if they can be read.
    parent: Option<Variables>,
    /// Those that the package's build script sets, even if the shell has the same.
    of_the_script: Vec<OsString>,
}

impl Deciding<'_> {
    fn has(&self, name: &OsStr, value: &OsStr) -> bool {
        let text: Cow<'_, str> = name.to_string_lossy();
        let is_in = |list: &[&str]| list.contains(&&*text);
        let has_macros = !self.call.externs.is_empty();
        let is_clippy = self.call.program != self.call.rustc;
        // With `--no-deps` clippy-driver lints only the packages that were asked for.
        if is_of_the_unit(&text) || is_in(OF_RUSTC) || is_clippy && text == "CARGO_PRIMARY_PACKAGE" {
            true
        } else if text.starts_with("CARGO_") {
            has_macros && !is_setting(&text) && text != KEY
        } else if self.call.is_linked() && (is_in(OF_THE_LINKER) || nix_env::decides_a_link(name)) {
            true
        } else {
            has_macros && (self.of_the_script.iter().any(|set| set == name) || self.is_of_this_call(name, value))
        }
    }

    /// Whether cargo set the variable for this call, because of `[env]` or a build script.
    fn is_of_this_call(&self, name: &OsStr, value: &OsStr) -> bool {
        // nixpkgs' variables come from the shell, and have rules of their own.
        let is_known = OF_EACH_CALL.iter().any(|own| name == *own) || nix_env::decides_a_link(name);
        let is_of_the_shell = |parent: &Variables| parent.get(name).map(OsString::as_os_str) == Some(value);
        !is_known && self.parent.as_ref().is_some_and(|parent| !is_of_the_shell(parent))
    }
}

/// The variables that cargo was started with.
#[cfg(target_os = "linux")]
fn parent() -> Option<Variables> {
    let mut pid = rustix::process::getppid()?.as_raw_nonzero().get();
    let mut environ = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    // A script between cargo and the wrapper has the variables that cargo sets for the unit.
    let is_between = |environ: &[u8]| {
        environ
            .split(|&byte| byte == 0)
            .any(|word| word.starts_with(b"CARGO_CRATE_NAME="))
    };
    while is_between(&environ) {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        pid = status
            .lines()
            .find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok())?;
        environ = std::fs::read(format!("/proc/{pid}/environ")).ok()?;
    }
    let split = |word: &[u8]| {
        let at = memchr::memchr(b'=', word)?;
        Some((
            OsStr::from_bytes(&word[..at]).to_owned(),
            OsStr::from_bytes(&word[at + 1..]).to_owned(),
        ))
    };
    Some(environ.split(|&byte| byte == 0).filter_map(split).collect())
}

#[cfg(not(target_os = "linux"))]
fn parent() -> Option<Variables> {
    None
}
