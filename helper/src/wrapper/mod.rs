//! The helper in the compiler's path: called through a link named `sccache`, it keeps right what a shell
//! hook cannot, then becomes the real sccache. It prints nothing while compiling, since cargo stores and
//! replays what a wrapper prints, and what it cannot do it leaves undone.

pub(crate) mod call;
mod held;
mod key_env;
mod nix_key;
pub(crate) mod out_dir;
mod rpath;
mod tmpdir;
mod trace;

use std::ffi::{OsStr, OsString};
use std::io;
use std::mem;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::facts::environment::{Environment, names};
use crate::facts::real_sccache;
use call::Call;
use out_dir::{Moved, Outcome, Why};

pub use out_dir::{Copies, copies};
pub(crate) use out_dir::{copies_dir, keep_copy};

/// The shell's own exit code for a command that is not there.
const NOT_FOUND: u8 = 127;

/// What to do for one call, decided before anything is done.
#[derive(Debug, Default)]
struct Plan {
    tmpdir: Option<tmpdir::Move>,
    removed: Vec<OsString>,
    /// Variables to set, over what the caller had.
    set: Vec<(OsString, OsString)>,
    /// The variables of nixpkgs' compiler wrappers that `set` has in its hashes.
    hashed: Vec<OsString>,
    out_dir: Outcome,
}

/// Whether a program called by this name is the wrapper.
pub fn is_called(argv0: &OsStr) -> bool {
    Path::new(argv0).file_name() == Some(OsStr::new(real_sccache::NAME))
}

/// Becomes the real sccache with these arguments (the first is the name this process was called by).
/// Returns where a compile was judged by what it read of its OUT_DIR, or where nothing could be started.
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
        Some(real) => compile_and_judge(real, args, &mut plan),
        None => {
            plan.out_dir = Outcome::None;
            None
        }
    };
    if !switched_off && call.is_compile() {
        trace::append(&env, &call, &plan, real.as_deref());
    }
    if let Some(output) = done {
        return output.forward();
    }
    // Each exec returns only with its error; then the next best is tried.
    if let Some(real) = &real {
        let _ = exec_sccache(real, args, &plan);
    }
    if call.is_compile() {
        let _ = exec_compiler(args);
    } else {
        say_not_found(real);
    }
    ExitCode::from(NOT_FOUND)
}

fn plan(call: &Call<'_>, args: &[OsString], env: &Environment) -> Plan {
    let nix_key = nix_key::plan(call, env);
    let mut set = nix_key.set;
    let (removed, out_dir) = match call {
        Call::Rustc { .. } => {
            set.extend(rpath::plan(args, env));
            (key_env::cargo_only(env), out_dir::plan(args, env))
        }
        Call::Compiler { .. } => (key_env::refused(env), Default::default()),
        Call::Sccache => Default::default(),
    };
    Plan {
        set,
        hashed: nix_key.hashed,
        tmpdir: tmpdir::plan(env),
        removed,
        out_dir,
    }
}

/// Compiles, where the plan has an OUT_DIR to judge, and says nothing yet. `None` where the call is still to be made,
/// with OUT_DIR as it is. The plan then says how it was done.
fn compile_and_judge(real: &Path, args: &[OsString], plan: &mut Plan) -> Option<held::Output> {
    match mem::take(&mut plan.out_dir) {
        Outcome::Watched(watched) => {
            let plain = held::Output::of(&mut sccache(real, args, plan))?;
            if !plain.succeeded() {
                plan.out_dir = Outcome::Plain(Why::DoesNotCompile);
                return Some(plain);
            }
            match watched.judge() {
                Ok(moved) => compile_with(Box::new(moved), real, args, plan),
                Err(why) => {
                    plan.out_dir = Outcome::Plain(why);
                    Some(plain)
                }
            }
        }
        Outcome::Moved(moved) => compile_with(moved, real, args, plan),
        other => {
            plan.out_dir = other;
            None
        }
    }
}

fn compile_with(moved: Box<Moved>, real: &Path, args: &[OsString], plan: &mut Plan) -> Option<held::Output> {
    let mut command = sccache(real, args, plan);
    command.envs(moved.variables.iter().map(|(name, value)| (name, value)));
    plan.out_dir = Outcome::Plain(Why::Failed);
    let output = held::Output::of(&mut command)?;
    if output.succeeded() {
        match moved.judge() {
            Ok(()) => {
                plan.out_dir = Outcome::Moved(moved);
                return Some(output);
            }
            Err(why) => {
                plan.out_dir = Outcome::Plain(why);
                return None;
            }
        }
    }
    let plain = held::Output::of(&mut sccache(real, args, plan))?;
    if plain.succeeded() {
        moved.learn_from(output.said());
    }
    Some(plain)
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
fn exec_compiler(args: &[OsString]) -> Option<io::Error> {
    let (compiler, args) = args.split_first()?;
    Some(Command::new(compiler).args(args).exec())
}

/// A person called `sccache` for itself, and there is none: no compile, so cargo replays nothing.
#[allow(
    clippy::print_stderr,
    reason = "the only word of the wrapper, and never during a compile"
)]
fn say_not_found(real: Option<PathBuf>) {
    match real {
        Some(real) => eprintln!("sccache: {} cannot be started", real.display()),
        None => eprintln!("sccache: not found, neither beside the sccache-shell wrapper nor on PATH"),
    }
}
