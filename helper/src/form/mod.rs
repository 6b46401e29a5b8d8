//! The normal form: sccache sees a compile as it would be in every worktree, rustc sees it as cargo made it.

pub(crate) mod compiler;
pub(crate) mod contents;
pub(crate) mod history;
pub(crate) mod input;
pub(crate) mod inspect;
mod linked;
mod memo;
pub(crate) mod place;
pub(crate) mod store;
pub(crate) mod variables;
pub(crate) mod versions;

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use self::contents::{Contents, Stamp};
use self::input::Input;
use self::inspect::Inspection;
pub(crate) use self::memo::learn;
use self::place::{Places, absolute};
use self::store::Store;
use crate::digest::Digest;
use crate::environment::Environment;
use crate::invocation::{Invocation, Kind};
use crate::why::{Rule, Why};

/// In every key: a change of what the shim does makes new ones.
const VERSION: &str = "3";

/// Where a compile is run from, for sccache: a directory that is everywhere and has nothing of cargo's in it.
const NOWHERE: &str = "/";

/// What the shim is told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Plan {
    pub(crate) cwd: OsString,
    pub(crate) program: OsString,
    /// As cargo gave them.
    pub(crate) args: Vec<OsString>,
    /// What is added: see [`Places::remaps`].
    pub(crate) remaps: Vec<OsString>,
    /// Whether it is compiled incrementally; what that makes is not stored.
    pub(crate) is_edit: bool,
    /// Variables that sccache did not see.
    pub(crate) restore: Vec<(OsString, OsString)>,
    pub(crate) crate_name: String,
    pub(crate) file_names: Vec<String>,
    pub(crate) source: OsString,
    pub(crate) out_dir: OsString,
    /// Paths that no artifact may hold; none where the key names them.
    pub(crate) needles: Vec<OsString>,
    /// All places of this worktree.
    pub(crate) mine: Vec<OsString>,
    /// What rustc is to write into its `.d` file.
    pub(crate) dep_info: Vec<u8>,
    /// Whether the compile is watched; else it is believed.
    pub(crate) is_watched: bool,
    /// The files that are in the key, beside the inputs.
    pub(crate) allowed: Vec<OsString>,
    /// Directories that may be read with all below: toolchains, registries.
    pub(crate) constant: Vec<OsString>,
    /// Directories of compiled crates.
    pub(crate) crates: Vec<OsString>,
    /// How files that the compile makes for itself begin.
    pub(crate) stem: String,
    pub(crate) is_linked: bool,
    /// Search paths whose libraries are in the key.
    pub(crate) native: Vec<OsString>,
    /// Must be as they were when the compile has ended: path, state, and what tells so without reading it.
    pub(crate) inputs: Vec<(OsString, input::State, Option<Stamp>)>,
    /// Where the shim says what it did.
    pub(crate) report: OsString,
}

impl Plan {
    /// Whether a library at `path` would be in the key: what is linked is known by its search paths.
    pub(crate) fn is_foreseen(&self, path: &Path) -> bool {
        self.is_linked
            && path
                .parent()
                .is_some_and(|dir| self.native.iter().any(|known| dir == Path::new(known)))
    }
}

/// What a call becomes.
#[derive(Debug)]
pub(crate) struct Formed {
    pub(crate) unit: String,
    /// Whether an earlier compile read what its inspection did not show: by the assembler, the linker.
    pub(crate) reads_unseen: bool,
    /// What the key is made of, by name.
    pub(crate) parts: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) shim: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) cwd: PathBuf,
    pub(crate) key: String,
    pub(crate) hidden: Vec<OsString>,
    pub(crate) plan: Plan,
    places: Places,
    /// Why the key names the worktree, where it does.
    pub(crate) private: Option<Why>,
    pub(crate) dep_info: (PathBuf, Vec<u8>),
    pub(crate) programs: Vec<PathBuf>,
    /// What stands in rustc's messages for places, and the places: the longer first.
    pub(crate) spoken: Vec<(String, PathBuf)>,
}

/// What the form stands on, beside the call.
#[derive(Debug)]
pub(crate) struct Ground<'a> {
    pub(crate) env: &'a Environment,
    pub(crate) store: &'a Store,
    pub(crate) contents: &'a Contents<'a>,
    pub(crate) is_watched: bool,
}

/// Puts a call into normal form, or says why it is plain or uncached.
pub(crate) fn of(call: &Invocation, ground: &Ground<'_>) -> Result<Formed, Why> {
    let Ground {
        env,
        store,
        contents,
        is_watched,
    } = *ground;
    let places = Places::of(call, env)?;
    if call.is_linked() && !is_watched {
        return Err(Rule::Untraced.because("linked, and nothing can watch it"));
    }
    let rustc = compiler::find(&call.rustc, env)?;
    let shim = compiler::shim(store, &rustc)?;
    let base = base(call, env, &places, &rustc)?;
    let unit = digest("unit", &base);
    let remaps = places.remaps(&package(env));
    let inspection = memo::inspection(&unit, call, ground, &places, &rustc, &remaps)?;

    let mut lines = base;
    let mut inputs = inspection.inputs.clone();
    inputs.extend(linked::bundled(call, &places, contents)?);
    let learned = memo::learned(ground, &unit, &places)?;
    inputs.extend(learned.iter().cloned());
    let mut allowed_system = Vec::new();
    if call.is_linked() {
        inputs.extend(linked::inputs(call, &places, ground, &inspection)?);
        let linker = linked::linker(call, env, store)?;
        allowed_system = linked::linker_files(&linker, env.cwd());
        lines.extend(linker);
    }
    // Of two directories with a library of one name the first counts.
    if call.is_linked() || !call.libs.is_empty() || !learned.is_empty() {
        let searched = call.search.iter().filter(|(kind, _)| kind == "native" || kind == "all");
        lines.extend(searched.map(|(kind, dir)| {
            (
                format!("search {kind}").into_bytes(),
                places.name(dir).into_encoded_bytes(),
            )
        }));
    }
    let inputs = input::tidy(inputs);
    lines.extend(inputs.iter().map(Input::line));
    for (name, value) in &inspection.env {
        let mut label = b"env-dep ".to_vec();
        label.extend(name.as_bytes());
        lines.push((
            label,
            value
                .as_ref()
                .map_or(b"unset".to_vec(), |value| [b"=", value.as_bytes()].concat()),
        ));
    }
    let private = why_private(store, &unit, &inspection, &places, call);
    if private.is_some() {
        lines.extend(
            places
                .needles()
                .iter()
                .map(|path| (b"place".to_vec(), path.as_os_str().as_bytes().to_vec())),
        );
    }

    // Then file!() and the like can be as cargo would have them.
    let reads_the_place = private.as_ref().is_some_and(|why| why.rule == Rule::ReadsPlace);

    let cwd = if places.root.is_some() {
        PathBuf::from(NOWHERE)
    } else {
        env.cwd().to_owned()
    };
    let restore = env.vars().filter(|(name, _)| variables::is_hidden(name));
    let restore: Vec<_> = restore
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let real = |input: &Input| {
        let path = places.path(&input.name)?;
        let stamp = contents.stamp(&path);
        Some((path.into_os_string(), input.state.clone(), stamp))
    };
    let resolved: Vec<_> = inputs.iter().filter_map(real).collect();
    let allowed = call.externs.iter().map(|path| path.clone().into_os_string());
    let allowed = allowed
        .chain(allowed_system.into_iter().map(PathBuf::into_os_string))
        .chain([rustc.path.clone().into(), call.program.clone().into()])
        .collect();
    let crates = call
        .search
        .iter()
        .filter(|(kind, _)| kind == "dependency" || kind == "crate");
    let crates = crates.map(|(_, dir)| dir.clone().into_os_string()).collect();
    let mut constant = inspect::toolchains(&rustc.path, env);
    constant.extend(places.sources());
    let dep_info = call.out_dir.join(format!("{}.d", call.stem()));
    let dep_info_text = inspection.dep_info(&dep_info, &places);
    let mine: Vec<OsString> = places.needles().into_iter().map(PathBuf::into_os_string).collect();
    let outputs = call.file_names();
    let programs = if call.is_linked() && call.kind != Kind::ProcMacro {
        outputs.iter().map(|name| call.out_dir.join(name)).collect()
    } else {
        Vec::new()
    };
    Ok(Formed {
        reads_unseen: !learned.is_empty(),
        key: digest("key", &lines),
        parts: lines,
        shim,
        args: call.presented(),
        hidden: restore.iter().map(|(name, _)| name.clone()).collect(),
        dep_info: (dep_info, dep_info_text.clone()),
        programs,
        spoken: places.spoken(&package(env)),
        plan: Plan {
            cwd: env.cwd().as_os_str().to_owned(),
            program: call.program.clone().into(),
            args: call.args.clone(),
            remaps: if reads_the_place { Vec::new() } else { remaps },
            is_edit: false,
            restore,
            crate_name: call.crate_name.clone(),
            file_names: outputs,
            source: absolute(&call.input, env.cwd()).into(),
            out_dir: call.out_dir.clone().into(),
            needles: if private.is_some() { Vec::new() } else { mine.clone() },
            mine,
            dep_info: dep_info_text.clone(),
            is_watched: inspection.observed,
            allowed,
            constant: constant.into_iter().map(PathBuf::into_os_string).collect(),
            crates,
            stem: call.stem(),
            is_linked: call.is_linked(),
            native: linked::listed_dirs(call, &places)
                .map(|dir| dir.as_os_str().to_owned())
                .collect(),
            inputs: resolved,
            report: OsString::new(),
        },
        places,
        private,
        cwd,
        unit,
    })
}

fn package(env: &Environment) -> String {
    let part = |name| env.text(name).unwrap_or_default();
    format!("{}-{}", part("CARGO_PKG_NAME"), part("CARGO_PKG_VERSION")).replace(['=', '\n', '/'], "_")
}

/// What decides beside what is read: the key's first lines, and the unit's name.
fn base(
    call: &Invocation,
    env: &Environment,
    places: &Places,
    rustc: &compiler::Compiler,
) -> io::Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let mut lines = vec![
        (b"form".to_vec(), VERSION.into()),
        (b"rustc".to_vec(), rustc.identity.clone().into_bytes()),
        (
            b"kind".to_vec(),
            format!("{:?} {} {}", call.kind, call.links, call.emits_metadata).into_bytes(),
        ),
        (b"input".to_vec(), call.input.as_os_str().as_bytes().to_vec()),
    ];
    if call.program != call.rustc {
        let driver = crate::real_sccache::find_program(&call.program, env.get("PATH"), env.cwd());
        let driver = driver.ok_or_else(|| io::Error::other("no such compiler"))?;
        lines.push((b"driver".to_vec(), compiler::identity(&driver, env)?.into_bytes()));
    }
    for word in &call.plain_words {
        lines.push((b"argument".to_vec(), word.as_bytes().to_vec()));
    }
    if let Some(root) = &places.root {
        let member = env
            .path("CARGO_MANIFEST_DIR")
            .and_then(|dir| dir.strip_prefix(root).ok());
        lines.push((
            b"member".to_vec(),
            member.map_or(b"elsewhere".to_vec(), |dir| dir.as_os_str().as_bytes().to_vec()),
        ));
    }
    lines.extend(variables::lines(call, env, places));
    Ok(lines)
}

fn digest(purpose: &str, lines: &[(Vec<u8>, Vec<u8>)]) -> String {
    let mut digest = Digest::new(purpose);
    for (name, value) in lines {
        digest.field(name);
        digest.field(value);
    }
    digest.hex()
}

fn why_private(store: &Store, unit: &str, inspection: &Inspection, places: &Places, call: &Invocation) -> Option<Why> {
    if inspection.names_the_place(places) {
        return Some(Rule::ReadsPlace.because("it reads a variable that names this place"));
    }
    if store.read("private", unit).is_some() {
        return Some(Rule::HoldsPlace.because("its artifact named the place where it was made"));
    }
    let reads_out_dir = || inspection.env.iter().any(|(name, _)| name == "OUT_DIR");
    let could_load_macros = !places.is_dependency && !call.externs.is_empty();
    if !inspection.observed && (could_load_macros || reads_out_dir()) {
        return Some(Rule::Unwatched.because("nothing can watch what it reads"));
    }
    None
}

/// What the shim did with a compile.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Report {
    /// It was compiled, and may be stored.
    Stored,
    /// These were read and are in no key.
    Read(Vec<OsString>),
    /// Another reason why it must not be stored.
    NotStored(Why),
}
