//! The compiler wrapper: called through a link named `sccache`, it puts a compile into normal form or corrects its
//! environment, and runs the real sccache. It prints nothing during a compile, because cargo stores and replays what a
//! wrapper prints. What it cannot do it leaves to sccache.

pub(crate) mod call;
mod edit;
mod formed;
mod key_env;
mod nix_key;
mod rpath;
mod taken_in;
mod tmpdir;
mod trace;

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::environment::{Environment, names};
use crate::form::contents::Contents;
use crate::form::history::{self, Record};
use crate::form::store::Store;
use crate::form::{self, Context, Formed};
use crate::invocation::{Invocation, is_clippy};
use crate::observe;
use crate::real_sccache;
use crate::why::{Rule, Treatment, Why};
use call::Call;
use edit::EditableUnit;

/// The shell's exit code for a command that does not exist.
const NOT_FOUND: u8 = 127;

/// The form that a compile takes.
#[derive(Debug, Default)]
enum Form {
    /// It is not a compile of Rust.
    #[default]
    None,
    /// Plain, uncached or an edit, as the rule says.
    Other(Why),
    /// Normal: its outcome, and why its key names the worktree, if it does.
    Normal {
        outcome: formed::Outcome,
        private: Option<Why>,
    },
}

impl Form {
    fn is_uncached(&self) -> bool {
        matches!(self, Self::Other(why) if matches!(why.rule.treatment(), Treatment::Uncached | Treatment::Edit))
    }
}

/// How one call is handled.
#[derive(Debug, Default)]
struct Handling {
    tmpdir: Option<tmpdir::Move>,
    removed: Vec<OsString>,
    /// Variables to set.
    set: Vec<(OsString, OsString)>,
    /// The variables of nixpkgs' compiler wrappers that are hashed in `set`.
    hashed: Vec<OsString>,
    form: Form,
    /// Arguments to add for the compiler, if it runs without sccache.
    added: Vec<OsString>,
}

/// Whether a program called by this name is the wrapper.
pub fn is_called(argv0: &OsStr) -> bool {
    Path::new(argv0).file_name() == Some(OsStr::new(real_sccache::NAME))
}

/// Becomes the real sccache with these arguments (the first is the name this process was called by), or waits for it if
/// the compile takes the normal form.
pub fn run(args: &[OsString]) -> ExitCode {
    let env = Environment::current();
    let (called_as, args) = match args.split_first() {
        Some((first, rest)) => (Some(Path::new(first)), rest),
        None => (None, args),
    };
    let call = Call::of(args);
    let real = real_sccache::find(called_as, env.get("PATH"));
    let switched_off = env.get(names::SWITCH) == Some(OsStr::new("off"));
    let mut handling = if switched_off {
        Handling::default()
    } else {
        handling(&call, args, &env)
    };
    let done = match &real {
        Some(real) if !switched_off && call.is_rust() && !handling.form.is_uncached() => {
            compile(real, args, &env, &mut handling)
        }
        _ => None,
    };
    if !switched_off && call.is_compile() {
        trace::append(&env, &call, &handling, real.as_deref());
    }
    if let Some(code) = done {
        return code;
    }
    // exec returns only after an error; then the next best is tried.
    if let Some(real) = real.as_ref().filter(|_| !handling.form.is_uncached()) {
        let _ = exec_sccache(real, args, &handling);
    }
    if call.is_compile() {
        let _ = exec_compiler(args, &handling.added);
    } else {
        say_not_found(real);
    }
    ExitCode::from(NOT_FOUND)
}

fn handling(call: &Call<'_>, args: &[OsString], env: &Environment) -> Handling {
    let nix_key = nix_key::plan(call, env);
    let removed = match call {
        Call::Compiler { .. } => key_env::refused(env),
        Call::Rustc { .. } | Call::Sccache => Default::default(),
    };
    let form = match call {
        _ if call.is_compile() && args.iter().any(|arg| arg.to_str().is_none()) => {
            Form::Other(Rule::NotText.because("an argument is not UTF-8"))
        }
        // sccache would refuse this, and fail the build.
        Call::Compiler { program } if call::wraps_rustc(args) && !is_clippy(Path::new(program)) => {
            Form::Other(Rule::WorkspaceWrapper.because("a workspace wrapper that sccache does not know"))
        }
        Call::Compiler { .. } => {
            taken_in::by(args, env).map_or(Form::None, |how| Form::Other(Rule::Incbin.because(how)))
        }
        _ => Form::None,
    };
    Handling {
        set: nix_key.set,
        hashed: nix_key.hashed,
        tmpdir: tmpdir::plan(env),
        removed,
        form,
        added: Vec::new(),
    }
}

/// Compiles in normal form, or incrementally. `None` if the call is still to be made, as `handling` then says.
fn compile(real: &Path, args: &[OsString], env: &Environment, handling: &mut Handling) -> Option<ExitCode> {
    let call = Invocation::parse(args);
    let editable = call.as_ref().ok().and_then(|call| EditableUnit::of(call, env));
    let is_known = || call.as_ref().is_ok_and(|call| is_remembered(call, env));
    let after_lookup = editable.as_ref().and_then(EditableUnit::after_lookup);
    if let Some((added, spoken)) = after_lookup.filter(|_| !is_known()) {
        let why = Rule::Edit.because("it was built here before, and the cache has no edits");
        remember_refusal(args, env, &why);
        handling.form = Form::Other(why);
        handling.added = added;
        if spoken.is_empty() {
            return None;
        }
        return compile_edit(args, &handling.added, &spoken);
    }
    match call.and_then(|call| normal(real, &call, env)) {
        Ok(normal) => compile_normal(normal, editable, real, env, handling),
        Err(why) => {
            if let Some(unit) = editable {
                // Without sccache nothing is lost by it.
                if unit.was_built && why.rule.treatment() == Treatment::Uncached {
                    handling.added = unit.args(&[]);
                }
                // Code that does not compile was not looked up.
                if why.rule != Rule::DoesNotCompile {
                    unit.record_lookup(Vec::new(), Vec::new());
                }
            }
            let refusing = key_env::refusing(env).filter(|_| why.rule.treatment() == Treatment::Plain);
            let why = refusing.map_or(why, |name| Rule::Incremental.because(format!("{name}=1")));
            remember_refusal(args, env, &why);
            handling.form = Form::Other(why);
            None
        }
    }
}

/// Runs the compiler without sccache, because the names in its messages have to be replaced.
fn compile_edit(args: &[OsString], added: &[OsString], spoken: &[(String, PathBuf)]) -> Option<ExitCode> {
    let (compiler, args) = args.split_first()?;
    let status = formed::wait(Command::new(compiler).args(args).args(added), spoken);
    status.ok().map(crate::shim::ended)
}

fn compile_normal(
    normal: Normal,
    editable: Option<EditableUnit>,
    real: &Path,
    env: &Environment,
    handling: &mut Handling,
) -> Option<ExitCode> {
    let Normal {
        mut formed,
        record,
        store,
    } = normal;
    let private = formed.private.clone();
    let tmpdir = handling.tmpdir.as_ref().map(|tmpdir| tmpdir.to.as_path());
    // rustc does not check files that only the assembler or the linker reads when it compiles incrementally.
    let editable = editable.filter(|_| !formed.reads_unseen);
    let (remaps, spoken) = (formed.plan.remaps.clone(), formed.spoken.clone());
    if let Some(edited) = editable.as_ref().filter(|unit| unit.was_built) {
        formed.plan.remaps = edited.args(&remaps);
        formed.plan.is_edit = true;
    }
    match formed::run(formed, real, env, &store, tmpdir) {
        Ok((code, outcome)) => {
            let reads_unseen = outcome.why().is_some_and(|why| why.rule == Rule::Unforeseen);
            if let Some(editable) = editable.filter(|_| !reads_unseen) {
                editable.record_lookup(remaps, spoken);
            }
            if matches!(outcome, formed::Outcome::Miss | formed::Outcome::NotStored(_)) {
                let why = outcome.why().cloned().or_else(|| private.clone());
                history::remember(&store, &Record { why, ..record });
                let _ = store.forget_the_unused();
            }
            handling.form = Form::Normal { outcome, private };
            Some(code)
        }
        Err(error) => {
            handling.form = Form::Other(error.into());
            None
        }
    }
}

/// Remembers why a compile did not take the normal form, for `explain-miss`.
fn remember_refusal(args: &[OsString], env: &Environment, why: &Why) {
    let Call::Rustc { crate_name: Some(name) } = Call::of(args) else {
        return;
    };
    if !matches!(why.rule, Rule::Question | Rule::DoesNotCompile)
        && let Ok(store) = Store::open(env)
    {
        let record = Record::new(env, &name.to_string_lossy(), "", Some(why.clone()));
        history::remember(&store, &record);
    }
}

/// A call in normal form, and what is remembered of it.
struct Normal {
    formed: Formed,
    record: Record,
    store: Store,
}

fn normal(real: &Path, call: &Invocation, env: &Environment) -> Result<Normal, Why> {
    if env.get(names::SHARE_MEMBERS) == Some(OsStr::new("false")) && call.input.is_relative() {
        return Err(Rule::MembersOff.because("members are not shared"));
    }
    let store = Store::open(env)?;
    form::versions::tried(real, &store)?;
    let (env, shorter) = with_shorter_rpaths(call, env);
    let contents = Contents::new(Some(&store));
    let mut formed = form::of(call, context(&env, &store, &contents))?;
    // The server may get a different TMPDIR, because it outlives the shell's; a compile gets its own.
    let tmpdir = env.path("TMPDIR").filter(|dir| dir.is_absolute() && dir.is_dir());
    let tmpdir = tmpdir.map(|dir| ("TMPDIR".into(), dir.as_os_str().to_owned()));
    formed.plan.restore.extend(shorter.into_iter().chain(tmpdir));
    let kind = history::kind_name(call);
    let record = Record::new(&env, &call.crate_name, &kind, None).with_key(&formed.key, &formed.parts);
    Ok(Normal { formed, record, store })
}

/// Whether the call was looked up before, with everything that it reads as it is now.
fn is_remembered(call: &Invocation, env: &Environment) -> bool {
    let Ok(store) = Store::open(env) else {
        return false;
    };
    let (env, _) = with_shorter_rpaths(call, env);
    let contents = Contents::new(Some(&store));
    form::is_remembered(call, context(&env, &store, &contents))
}

fn context<'a>(env: &'a Environment, store: &'a Store, contents: &'a Contents<'a>) -> Context<'a> {
    Context {
        env,
        store,
        contents,
        is_watched: observe::is_possible(),
    }
}

/// The environment of a compile, and which of its variables are changed: see [`rpath`].
fn with_shorter_rpaths(call: &Invocation, env: &Environment) -> (Environment, Vec<(OsString, OsString)>) {
    let shorter = if call.is_linked() { rpath::plan(env) } else { Vec::new() };
    (env.with(shorter.iter().cloned()), shorter)
}

fn exec_sccache(real: &Path, args: &[OsString], handling: &Handling) -> io::Error {
    let mut command = Command::new(real);
    command.arg0(real_sccache::NAME).args(args);
    for name in &handling.removed {
        command.env_remove(name);
    }
    command.envs(handling.set.iter().map(|(name, value)| (name, value)));
    if let Some(tmpdir) = &handling.tmpdir {
        command.env("TMPDIR", &tmpdir.to);
    }
    command.exec()
}

/// Compiles without sccache.
fn exec_compiler(args: &[OsString], added: &[OsString]) -> Option<io::Error> {
    let (compiler, args) = args.split_first()?;
    Some(Command::new(compiler).args(args).args(added).exec())
}

/// For a user who called `sccache` itself.
#[allow(clippy::print_stderr, reason = "not during a compile")]
fn say_not_found(real: Option<PathBuf>) {
    match real {
        Some(real) => eprintln!(
            "sccache: {} cannot be started",
            crate::escape::line(&real.to_string_lossy())
        ),
        None => eprintln!("sccache: not found, neither beside the sccache-shell wrapper nor on PATH"),
    }
}
