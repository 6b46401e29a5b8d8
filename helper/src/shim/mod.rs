//! The compiler that sccache starts: called as `rustc`, it undoes the normal form and runs the real one.
//!
//! It answers without rustc which files a compile makes, and what it depends on, which is in the key already. It prints
//! nothing of its own.

mod bitcode;
mod compile;
mod verdict;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

use crate::cargo::dep_info::spaces_escaped;
use crate::form::compiler::REAL;
use crate::form::plan::{PLAN, Plan};

/// The exit code of a successful compile that must not be stored: sccache passes it on, and the wrapper turns it into
/// 0.
pub(crate) const NOT_STORED: u8 = 113;

/// Whether this process was started as the shim.
pub fn is_called(argv0: &OsStr) -> bool {
    Path::new(argv0).file_name() == Some(OsStr::new("rustc"))
}

/// Answers or compiles. `args[0]` is the name this process was called by.
pub fn run(args: &[OsString]) -> ExitCode {
    let (shim, args) = match args.split_first() {
        Some((shim, args)) => (PathBuf::from(shim), args),
        None => return ExitCode::FAILURE,
    };
    let has = |word: &str| args.iter().any(|arg| arg == word);
    // sccache takes a compiler for rustup's proxy if it accepts a toolchain.
    if args
        .first()
        .is_some_and(|first| first.as_encoded_bytes().starts_with(b"+"))
    {
        return ExitCode::FAILURE;
    }
    let is_question = has("-vV") || has("--print=sysroot");
    let plan = std::env::var_os(PLAN).filter(|_| !is_question);
    let Some(plan_file) = plan.map(PathBuf::from) else {
        return become_real(&shim, args);
    };
    let Some(plan) = fs::read(&plan_file)
        .ok()
        .and_then(|text| serde_json::from_slice::<Plan>(&text).ok())
    else {
        return say("sccache-shell: the call that this compile belongs to has ended");
    };
    if value_of(args, "--crate-name") != Some(OsStr::new(&plan.crate_name)) {
        return say("sccache-shell: this is not the compile that it was planned to be");
    }
    if let Some(output) = value_of(args, "-o") {
        return answered(fs::write(output, dep_info(&plan, output)));
    }
    if has("file-names") {
        return answered(writeln!(io::stdout(), "{}", plan.file_names.join("\n")));
    }
    compile::compile(&plan, &plan_file)
}

/// The exit code of a process; after a signal the one that shells use.
pub(crate) fn ended(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from)
}

fn answered(done: io::Result<()>) -> ExitCode {
    if done.is_ok() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// Dep-info with the crate's root alone: our key contains everything else.
fn dep_info(plan: &Plan, output: &OsStr) -> Vec<u8> {
    let source = spaces_escaped(Path::new(&plan.source));
    [output.as_encoded_bytes(), b": ", &source, b"\n"].concat()
}

fn value_of<'a>(args: &'a [OsString], option: &str) -> Option<&'a OsStr> {
    let at = args.iter().position(|arg| arg == option)?;
    args.get(at + 1).map(OsString::as_os_str)
}

fn become_real(shim: &Path, args: &[OsString]) -> ExitCode {
    let real = shim.with_file_name(REAL);
    let Ok(real) = fs::read_link(&real) else {
        return say("sccache-shell: this is not rustc, and there is no link to it here");
    };
    let error = Command::new(real).args(args).env_remove(PLAN).exec();
    say(&format!("sccache-shell: rustc cannot be started: {error}"))
}

#[allow(clippy::print_stderr, reason = "a compile that fails has to say why")]
fn say(what: &str) -> ExitCode {
    eprintln!("{}", crate::escape::line(what));
    ExitCode::FAILURE
}
