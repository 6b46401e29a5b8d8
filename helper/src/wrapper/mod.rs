//! The helper in the compiler's path: called through a link named `sccache`, it keeps right what a shell
//! hook cannot, then becomes the real sccache. It prints nothing while compiling, since cargo stores and
//! replays what a wrapper prints, and what it cannot do it leaves undone.

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
use crate::form::{self, Formed, Ground};
use crate::invocation::Invocation;
use crate::observe;
use crate::real_sccache;
use crate::why::{Rule, Treatment, Why};
use call::Call;
use edit::Edit;

/// The shell's own exit code for a command that is not there.
const NOT_FOUND: u8 = 127;

/// How a compile is done, and why so.
#[derive(Debug, Default)]
enum Form {
    /// No compile of Rust.
    #[default]
    None,
    /// Plain or uncached, by the rule.
    Other(Why),
    /// In normal form: what came of it, and why its key names the worktree, where it does.
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

/// What to do for one call, decided before anything is done.
#[derive(Debug, Default)]
struct Plan {
    tmpdir: Option<tmpdir::Move>,
    removed: Vec<OsString>,
    /// Variables to set, over what the caller had.
    set: Vec<(OsString, OsString)>,
    /// The variables of nixpkgs' compiler wrappers that `set` has in its hashes.
    hashed: Vec<OsString>,
    form: Form,
    /// Arguments for the compiler, where it runs without sccache.
    more: Vec<OsString>,
}

/// Whether a program called by this name is the wrapper.
pub fn is_called(argv0: &OsStr) -> bool {
    Path::new(argv0).file_name() == Some(OsStr::new(real_sccache::NAME))
}

/// Becomes the real sccache with these arguments (the first is the name this process was called by), or waits for it
/// where a compile takes the normal form.
pub fn run(args: &[OsString]) -> ExitCode {
    let env = Environment::current();
    let (called_as, args) = match args.split_first() {
        Some((first, rest)) => (Some(Path::new(first)), rest),
        None => (None, args),
    };
    let call = Call::of(args);
    let real = real_sccache::find(called_as, env.get("PATH"));
    let switched_off = env.get(names::SWITCH) == Some(OsStr::new("off"));
    let mut plan = if switched_off {
        Plan::default()
    } else {
        plan(&call, args, &env)
    };
    let done = match &real {
        Some(real) if !switched_off && call.is_rust() && !plan.form.is_uncached() => {
            compile(real, args, &env, &mut plan)
        }
        _ => None,
    };
    if !switched_off && call.is_compile() {
        trace::append(&env, &call, &plan, real.as_deref());
    }
    if let Some(code) = done {
        return code;
    }
    // Each exec returns only with its error; then the next best is tried.
    if let Some(real) = real.as_ref().filter(|_| !plan.form.is_uncached()) {
        let _ = exec_sccache(real, args, &plan);
    }
    if call.is_compile() {
        let _ = exec_compiler(args, &plan.more);
    } else {
        say_not_found(real);
    }
    ExitCode::from(NOT_FOUND)
}

fn plan(call: &Call<'_>, args: &[OsString], env: &Environment) -> Plan {
    let nix_key = nix_key::plan(call, env);
    let removed = match call {
        Call::Compiler { .. } => key_env::refused(env),
        Call::Rustc { .. } | Call::Sccache => Default::default(),
    };
    let form = match call {
        _ if call.is_compile() && args.iter().any(|arg| arg.to_str().is_none()) => {
            Form::Other(Rule::NotText.because("an argument is not UTF-8"))
        }
        // Another tool between cargo and rustc: sccache would refuse it, and end the build.
        Call::Compiler { program } if call::wraps_rustc(args) && !call::is_clippy(program) => {
            Form::Other(Rule::WorkspaceWrapper.because("a workspace wrapper that sccache does not know"))
        }
        Call::Compiler { .. } => {
            taken_in::by(args, env).map_or(Form::None, |how| Form::Other(Rule::Incbin.because(how)))
        }
        _ => Form::None,
    };
    Plan {
        set: nix_key.set,
        hashed: nix_key.hashed,
        tmpdir: tmpdir::plan(env),
        removed,
        form,
        more: Vec::new(),
    }
}

/// Compiles in normal form. `None` where the call is still to be made; the plan then says how.
fn compile(real: &Path, args: &[OsString], env: &Environment, plan: &mut Plan) -> Option<ExitCode> {
    let call = Invocation::parse(args);
    let edit = call.as_ref().ok().and_then(|call| Edit::of(call, env));
    if let Some((more, spoken)) = edit.as_ref().and_then(Edit::asked) {
        let why = Rule::Edit.because("it was built here before, and of this commit the cache was asked");
        remember_refusal(args, env, &why);
        plan.form = Form::Other(why);
        plan.more = more;
        if spoken.is_empty() {
            return None;
        }
        let (compiler, args) = args.split_first()?;
        let status = formed::wait(Command::new(compiler).args(args).args(&plan.more), &spoken);
        return status.ok().map(crate::shim::ended);
    }
    match call.and_then(|call| normal(real, &call, env)) {
        Ok((mut formed, record, store)) => {
            // What only the assembler or the linker reads rustc does not look for when it compiles again.
            if let Some(edit) = edit.filter(|_| !formed.reads_unseen) {
                formed.plan.remaps = edit.ask(&formed.plan.remaps, &formed.spoken);
                formed.plan.is_edit = true;
            }
            let private = formed.private.clone();
            let tmpdir = plan.tmpdir.as_ref().map(|tmpdir| tmpdir.to.as_path());
            match formed::run(formed, real, env, &store, tmpdir) {
                Ok((code, outcome)) => {
                    if matches!(outcome, formed::Outcome::Miss | formed::Outcome::NotStored(_)) {
                        let why = outcome.why().cloned().or_else(|| private.clone());
                        history::remember(&store, &Record { why, ..record });
                        let _ = store.forget_the_unused();
                    }
                    plan.form = Form::Normal { outcome, private };
                    return Some(code);
                }
                Err(error) => plan.form = Form::Other(error.into()),
            }
        }
        Err(why) => {
            // Code that does not compile was not asked for.
            if let Some(edit) = edit.filter(|_| why.rule != Rule::DoesNotCompile) {
                edit.ask(&[], &[]);
            }
            remember_refusal(args, env, &why);
            plan.form = Form::Other(why);
        }
    }
    None
}

/// A compile that took no normal form.
fn remember_refusal(args: &[OsString], env: &Environment, why: &Why) {
    let Call::Rustc { crate_name: Some(name) } = Call::of(args) else {
        return;
    };
    if let Ok(store) = Store::open(env)
        && !matches!(why.rule, Rule::Question | Rule::DoesNotCompile)
    {
        history::remember(
            &store,
            &Record::new(env, &name.to_string_lossy(), "", Some(why.clone())),
        );
    }
}

fn normal(real: &Path, call: &Invocation, env: &Environment) -> Result<(Formed, Record, Store), Why> {
    if env.get(names::SHARE_MEMBERS) == Some(OsStr::new("false")) && call.input.is_relative() {
        return Err(Rule::MembersOff.because("members are not shared"));
    }
    let store = Store::open(env)?;
    form::versions::tried(real, &store)?;
    let shorter = if call.is_linked() { rpath::plan(env) } else { Vec::new() };
    let env = env.with(shorter.iter().cloned());
    let ground = Ground {
        env: &env,
        store: &store,
        contents: &Contents::new(Some(&store)),
        is_watched: observe::is_possible(),
    };
    let mut formed = form::of(call, &ground)?;
    formed.plan.restore.extend(shorter);
    // sccache gets another one where a server would outlive it; a compile does not.
    let tmpdir = env.path("TMPDIR").filter(|dir| dir.is_absolute() && dir.is_dir());
    formed
        .plan
        .restore
        .extend(tmpdir.map(|dir| ("TMPDIR".into(), dir.as_os_str().to_owned())));
    let kind = history::kind_name(call.kind, call.links, call.program.as_os_str());
    let record = Record::new(&env, &call.crate_name, &kind, None).with_key(&formed.key, &formed.parts);
    Ok((formed, record, store))
}

fn exec_sccache(real: &Path, args: &[OsString], plan: &Plan) -> io::Error {
    sccache(real, args, plan).exec()
}

fn sccache(real: &Path, args: &[OsString], plan: &Plan) -> Command {
    let mut command = Command::new(real);
    command.arg0(real_sccache::NAME).args(args);
    for name in &plan.removed {
        command.env_remove(name);
    }
    command.envs(plan.set.iter().map(|(name, value)| (name, value)));
    if let Some(tmpdir) = &plan.tmpdir {
        command.env("TMPDIR", &tmpdir.to);
    }
    command
}

/// Without an sccache the compile still has to happen, uncached.
fn exec_compiler(args: &[OsString], more: &[OsString]) -> Option<io::Error> {
    let (compiler, args) = args.split_first()?;
    Some(Command::new(compiler).args(args).args(more).exec())
}

/// A person called `sccache` for itself, and there is none: no compile, so cargo replays nothing.
#[allow(
    clippy::print_stderr,
    reason = "the only word of the wrapper, and never during a compile"
)]
fn say_not_found(real: Option<PathBuf>) {
    match real {
        Some(real) => eprintln!(
            "sccache: {} cannot be started",
            crate::escape::line(&real.to_string_lossy())
        ),
        None => eprintln!("sccache: not found, neither beside the sccache-shell wrapper nor on PATH"),
    }
}
