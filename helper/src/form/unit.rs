//! One of cargo's units on its way into normal form.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::compiler::{self, Compiler};
use super::contents::Contents;
use super::parts::{KeyPart, digest, part};
use super::place::Places;
use super::store::Store;
use super::variables;
use crate::environment::Environment;
use crate::invocation::Invocation;
use crate::real_sccache::find_program;
use crate::why::{Rule, Why};

/// In every key. To be increased if the same key would have a different result, because of what the shim does.
const VERSION: &str = "5";

/// What the form uses beside the call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) env: &'a Environment,
    pub(crate) store: &'a Store,
    pub(crate) contents: &'a Contents<'a>,
    /// Whether processes can be observed here.
    pub(crate) is_watched: bool,
}

/// A unit: a call, with its places and its compiler.
#[derive(Debug)]
pub(super) struct Unit<'a> {
    pub(super) call: &'a Invocation,
    pub(super) context: Context<'a>,
    pub(super) places: Places,
    pub(super) rustc: Compiler,
    /// The first parts of the key: everything but what is read.
    pub(super) base: Vec<KeyPart>,
    /// Their hash. It names the unit in the store.
    pub(super) id: String,
    /// The arguments that replace paths: see [`Places::remaps`].
    pub(super) remaps: Vec<OsString>,
}

impl<'a> Unit<'a> {
    pub(super) fn of(call: &'a Invocation, context: Context<'a>) -> Result<Self, Why> {
        let env = context.env;
        let places = Places::of(call, env)?;
        if call.is_linked() && !context.is_watched {
            return Err(Rule::Untraced.because("linked, and nothing can watch it"));
        }
        let rustc = compiler::find(&call.rustc, env)?;
        let base = base(call, env, &places, &rustc)?;
        Ok(Self {
            id: digest("unit", &base),
            remaps: places.remaps(&package(env)),
            call,
            context,
            places,
            rustc,
            base,
        })
    }

    /// `NAME-VERSION` of the package, as a part of a path.
    pub(super) fn package(&self) -> String {
        package(self.context.env)
    }

    /// The directories that are searched for native libraries, with the kind of `-L`.
    pub(super) fn native_search(&self) -> impl Iterator<Item = &(String, PathBuf)> {
        let search = self.call.search.iter();
        search.filter(|(kind, _)| kind == "native" || kind == "all")
    }

    /// The directories that are searched for compiled crates.
    pub(super) fn crate_dirs(&self) -> impl Iterator<Item = &Path> {
        let search = self.call.search.iter();
        let of_crates = search.filter(|(kind, _)| kind == "dependency" || kind == "crate");
        of_crates.map(|(_, dir)| dir.as_path())
    }
}

fn package(env: &Environment) -> String {
    let part = |name| env.text(name).unwrap_or_default();
    format!("{}-{}", part("CARGO_PKG_NAME"), part("CARGO_PKG_VERSION")).replace(['=', '\n', '/'], "_")
}

fn base(call: &Invocation, env: &Environment, places: &Places, rustc: &Compiler) -> Result<Vec<KeyPart>, Why> {
    let kind = format!("{:?} {} {}", call.kind, call.links, call.emits_metadata);
    let mut parts = vec![
        part("form", VERSION),
        part("rustc", rustc.identity.as_str()),
        part("kind", kind),
        part("input", call.input.as_os_str().as_bytes()),
    ];
    if call.program != call.rustc {
        let missing = || Rule::Unusable.because("no such compiler");
        let driver = find_program(&call.program, env.get("PATH"), env.cwd()).ok_or_else(missing)?;
        parts.push(part("driver", compiler::identity(&driver, env)?));
    }
    parts.extend(call.plain_words.iter().map(|word| part("argument", word.as_bytes())));
    if let Some(root) = &places.root {
        let dir = env.path("CARGO_MANIFEST_DIR");
        let dir = dir.and_then(|dir| dir.strip_prefix(root).ok());
        let member = dir.map_or(&b"elsewhere"[..], |dir| dir.as_os_str().as_bytes());
        parts.push(part("member", member));
    }
    parts.extend(variables::parts(call, env, places));
    Ok(parts)
}
