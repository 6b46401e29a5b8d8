//! The normal form: sccache sees a compile as it would be in every worktree, rustc sees it as cargo made it.

pub(crate) mod compiler;
pub(crate) mod contents;
pub(crate) mod history;
pub(crate) mod input;
mod inspect;
mod linked;
mod linker;
mod memo;
mod os_text;
pub(crate) mod parts;
pub(crate) mod paths;
mod place;
pub(crate) mod plan;
mod shell;
pub(crate) mod store;
mod unit;
mod variables;
pub(crate) mod versions;

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use self::input::Input;
use self::inspect::Inspection;
use self::linker::Linker;
use self::memo::Known;
use self::parts::{KeyPart, digest, part};
use self::paths::absolute;
use self::place::Places;
use self::plan::{Plan, PlannedInput, Verdict};
use self::store::Store;
pub(crate) use self::unit::Context;
use self::unit::Unit;
use crate::invocation::{Invocation, UnitKind};
use crate::why::{Rule, Why};

/// The working directory of sccache for members: a directory that exists everywhere and contains nothing of cargo's.
const NEUTRAL_DIR: &str = "/";

/// A call in normal form.
#[derive(Debug)]
pub(crate) struct Formed {
    unit: String,
    places: Places,
    /// Whether an earlier compile read files that its inspection did not: the assembler's or the linker's.
    pub(crate) reads_unseen: bool,
    pub(crate) parts: Vec<KeyPart>,
    pub(crate) key: String,
    /// Why the key names the worktree, if it does.
    pub(crate) private: Option<Why>,
    pub(crate) shim: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) cwd: PathBuf,
    /// Variables that sccache must not see.
    pub(crate) hidden: Vec<OsString>,
    pub(crate) plan: Plan,
    pub(crate) dep_info: PathBuf,
    pub(crate) programs: Vec<PathBuf>,
    /// Names in rustc's messages, and the paths that they stand for: the longer first.
    pub(crate) spoken: Vec<(String, PathBuf)>,
}

impl Formed {
    /// Remembers what the compile showed of the unit.
    pub(crate) fn learn(&self, store: &Store, verdict: &Verdict) {
        memo::learn(store, &self.unit, &self.places, verdict);
    }
}

/// Puts a call into normal form, or says why it is plain or uncached.
pub(crate) fn of(call: &Invocation, context: Context<'_>) -> Result<Formed, Why> {
    let unit = Unit::of(call, context)?;
    let shim = compiler::shim(context.store, &unit.rustc)?;
    let Known { inspection, shell } = memo::inspection(&unit)?;
    let dependencies = Dependencies::of(&unit, &inspection, shell)?;
    let private = why_private(&unit, &inspection);
    let parts = key_parts(&unit, &inspection, &dependencies, private.is_some());
    let plan = plan(&unit, &inspection, &dependencies, private.as_ref());
    let is_program = call.is_linked() && call.kind != UnitKind::ProcMacro;
    let programs = plan.file_names.iter().filter(|_| is_program);
    let is_member = unit.places.root.is_some();
    Ok(Formed {
        reads_unseen: dependencies.has_learned,
        key: digest("key", &parts),
        parts,
        private,
        shim,
        args: call.presented(),
        cwd: PathBuf::from(if is_member {
            Path::new(NEUTRAL_DIR)
        } else {
            context.env.cwd()
        }),
        hidden: plan.restore.iter().map(|(name, _)| name.clone()).collect(),
        dep_info: dep_info_path(call),
        programs: programs.map(|name| call.out_dir.join(name)).collect(),
        spoken: unit.places.spoken(&unit.package()),
        plan,
        unit: unit.id,
        places: unit.places,
    })
}

/// Whether an inspection of the call's unit is remembered for everything that it reads as it is now.
pub(crate) fn is_remembered(call: &Invocation, context: Context<'_>) -> bool {
    let unit = Unit::of(call, context);
    unit.is_ok_and(|unit| memo::is_remembered(&unit).unwrap_or(false))
}

fn dep_info_path(call: &Invocation) -> PathBuf {
    call.out_dir.join(format!("{}.d", call.stem()))
}

/// What a compile reads.
struct Dependencies {
    inputs: Vec<Input>,
    linker: Linker,
    /// Shell variables that a macro may read.
    shell: Vec<KeyPart>,
    /// Whether an earlier compile read files that its inspection did not.
    has_learned: bool,
}

impl Dependencies {
    fn of(unit: &Unit<'_>, inspection: &Inspection, shell: Vec<KeyPart>) -> Result<Self, Why> {
        let mut inputs = inspection.inputs.clone();
        inputs.extend(linked::bundled(unit)?);
        let learned = memo::learned(unit)?;
        let has_learned = !learned.is_empty();
        inputs.extend(learned);
        let mut linker = Linker::default();
        if unit.call.is_linked() {
            inputs.extend(linked::inputs(unit, inspection)?);
            linker = Linker::of(unit)?;
        }
        Ok(Self {
            inputs: input::tidy(inputs),
            linker,
            shell,
            has_learned,
        })
    }
}

/// All parts of the key, in their order.
fn key_parts(unit: &Unit<'_>, inspection: &Inspection, dependencies: &Dependencies, is_private: bool) -> Vec<KeyPart> {
    let places = &unit.places;
    let mut parts = unit.base.clone();
    parts.extend(dependencies.linker.parts.iter().cloned());
    // If two directories have a library of the same name, the first counts.
    if unit.call.is_linked() || !unit.call.libs.is_empty() || dependencies.has_learned {
        let searched = unit.native_search();
        parts.extend(searched.map(|(kind, dir)| part(format!("search {kind}"), places.name(dir).as_bytes())));
    }
    parts.extend(dependencies.inputs.iter().map(Input::part));
    parts.extend(dependencies.shell.iter().cloned());
    for (name, value) in &inspection.env {
        let value = value.as_ref();
        let value = value.map_or(b"unset".to_vec(), |value| [b"=", value.as_bytes()].concat());
        parts.push(part([b"env-dep ", name.as_bytes()].concat(), value));
    }
    if is_private {
        let needles = places.needles().into_iter();
        parts.extend(needles.map(|path| part("place", path.as_os_str().as_bytes())));
    }
    parts
}

fn plan(unit: &Unit<'_>, inspection: &Inspection, dependencies: &Dependencies, private: Option<&Why>) -> Plan {
    let Unit { call, places, .. } = unit;
    let env = unit.context.env;
    let owned = |paths: Vec<PathBuf>| paths.into_iter().map(PathBuf::into_os_string).collect::<Vec<_>>();
    let hidden = env.vars().filter(|(name, _)| variables::is_hidden(name));
    let input = |input: &Input| {
        let path = places.path(&input.name)?;
        Some(PlannedInput {
            stamp: unit.context.contents.stamp(&path),
            state: input.state.clone(),
            path: path.into(),
        })
    };
    let programs = [unit.rustc.path.clone(), call.program.clone()];
    let allowed = call.externs.iter().chain(&dependencies.linker.files).cloned();
    let mut constant = compiler::toolchains(&unit.rustc.path, env);
    constant.extend(places.sources());
    // So that file!() and the like are the same as without us.
    let keeps_paths = private.is_some_and(|why| why.rule == Rule::ReadsPlace);
    let mine = owned(places.needles());
    Plan {
        cwd: env.cwd().into(),
        program: call.program.clone().into(),
        args: call.args.clone(),
        remaps: if keeps_paths { Vec::new() } else { unit.remaps.clone() },
        is_edit: false,
        restore: hidden
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        crate_name: call.crate_name.clone(),
        file_names: call.file_names(),
        source: absolute(&call.input, env.cwd()).into(),
        out_dir: call.out_dir.clone().into(),
        needles: if private.is_some() { Vec::new() } else { mine.clone() },
        mine,
        dep_info: OsString::from_vec(inspection.dep_info(&dep_info_path(call), places)),
        is_watched: inspection.observed,
        allowed: owned(allowed.chain(programs).collect()),
        constant: owned(constant),
        crates: unit.crate_dirs().map(OsString::from).collect(),
        stem: call.stem(),
        is_linked: call.is_linked(),
        native: linked::listed_dirs(unit).map(OsString::from).collect(),
        inputs: dependencies.inputs.iter().filter_map(input).collect(),
        start: unit.context.contents.start,
        report: OsString::new(),
    }
}

fn why_private(unit: &Unit<'_>, inspection: &Inspection) -> Option<Why> {
    if inspection.names_the_place(&unit.places) {
        return Some(Rule::ReadsPlace.because("it reads a variable that names this place"));
    }
    if memo::holds_place(unit) {
        return Some(Rule::HoldsPlace.because("its artifact named the place where it was made"));
    }
    let could_load_macros = !unit.places.is_dependency && !unit.call.externs.is_empty();
    if !inspection.observed && (could_load_macros || inspection.reads_out_dir()) {
        return Some(Rule::Unwatched.because("nothing can watch what it reads"));
    }
    None
}
