//! The compile itself, as cargo made it, watched; then whether others may have what it made.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Output, Stdio};

use rustix::fs::FlockOperation;
use rustix::process::{Pid, Signal};

use super::{NOT_STORED, ended};
use crate::cargo::dep_info::{SaidBy, said_by};
use crate::form::contents::Contents;
use crate::form::input::{State, is_library};
use crate::form::place::{SYSTEM, absolute, is_of_rustc, keeps_nothing, resolved};
use crate::form::variables::{KEY, PLAN};
use crate::form::{Plan, Report};
use crate::observe::{self, Seen, Use};
use crate::why::Rule;

/// What every process opens, beside devices.
const ALWAYS: &[&str] = &["/sys", "/nix/store", "/etc", "/run/current-system"];

/// Where the system's programs are.
const PROGRAMS: &[&str] = &["/usr/bin", "/usr/libexec", "/usr/lib", "/bin"];

/// Compiles, and ends as rustc did, or with [`NOT_STORED`].
pub(super) fn compile(plan: &Plan, plan_file: &Path) -> ExitCode {
    let Ok((output, seen)) = run(plan, plan_file) else {
        return super::say("sccache-shell: the compiler cannot be started");
    };
    let said = io::stdout().write_all(&output.stdout);
    if said.and_then(|()| io::stderr().write_all(&output.stderr)).is_err() {
        return ExitCode::FAILURE;
    }
    if !output.status.success() {
        // A macro may end rustc by any code.
        let is_mine = output.status.code() == Some(i32::from(NOT_STORED));
        return if is_mine {
            ExitCode::FAILURE
        } else {
            ended(output.status)
        };
    }
    let report = judge(plan, seen.as_ref(), &output);
    let is_told = serde_json::to_vec(&report).is_ok_and(|text| fs::write(&plan.report, text).is_ok());
    match report {
        Report::Stored if is_told => ExitCode::SUCCESS,
        _ => ExitCode::from(NOT_STORED),
    }
}

fn run(plan: &Plan, plan_file: &Path) -> io::Result<(Output, Option<Seen>)> {
    let mut command = Command::new(&plan.program);
    command.args(&plan.args).args(&plan.remaps).current_dir(&plan.cwd);
    command.env_remove(PLAN).env_remove(KEY);
    command.envs(plan.restore.iter().map(|(name, value)| (name, value)));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command.process_group(0);
    if plan.is_edit {
        let child = command.spawn()?;
        end_with_the_wrapper(plan_file, &child);
        return Ok((child.wait_with_output()?, None));
    }
    let (child, watch) = observe::spawn(&mut command, None)?;
    end_with_the_wrapper(plan_file, &child);
    Ok((child.wait_with_output()?, watch.end()))
}

/// Who pressed Ctrl-C ended cargo, the wrapper and sccache's client, not the server and what it started. A compiler that
/// went on would write over what the next build makes. The wrapper holds a lock for as long as it lives.
fn end_with_the_wrapper(plan_file: &Path, child: &Child) {
    let group = Pid::from_child(child);
    let end = move || {
        let _ = rustix::process::kill_process_group(group, Signal::KILL);
    };
    #[cfg(target_os = "linux")]
    if let Some(server) = rustix::process::getppid()
        && let Ok(server) = rustix::process::pidfd_open(server, rustix::process::PidfdFlags::empty())
    {
        // sccache's client compiles by itself when its server has gone.
        std::thread::spawn(move || {
            let mut fds = [rustix::event::PollFd::new(&server, rustix::event::PollFlags::IN)];
            if rustix::event::poll(&mut fds, None).is_ok_and(|ready| ready > 0) {
                end();
            }
        });
    }
    if let Ok(file) = fs::File::open(plan_file) {
        std::thread::spawn(move || {
            if rustix::fs::flock(&file, FlockOperation::LockShared).is_ok() {
                end();
            }
        });
    }
}

fn judge(plan: &Plan, seen: Option<&Seen>, output: &Output) -> Report {
    if plan.is_edit {
        return Report::NotStored(Rule::Edit.because("it was built here before"));
    }
    if plan.is_watched {
        match seen {
            Some(seen) => {
                if let Some(report) = unforeseen(plan, seen) {
                    return report;
                }
            }
            None => return Report::NotStored(Rule::Lost.because("nothing could watch it")),
        }
    }
    let dep_info = Path::new(&plan.out_dir).join(format!("{}.d", plan.stem));
    let written = fs::read(&dep_info).unwrap_or_default();
    if let Some(other) = unlike(&said_by(&written), &said_by(&plan.dep_info)) {
        return Report::NotStored(
            Rule::Changed.because(format!("{other} was not read when it was inspected, or only then")),
        );
    }
    let contents = Contents::new(None);
    for (path, state, stamp) in &plan.inputs {
        let path = Path::new(path);
        let is_untouched = || stamp.as_ref().is_some_and(|stamp| stamp.is_of(path));
        if !is_untouched() && !state.is_now(path, &contents) {
            return Report::NotStored(Rule::Changed.because(format!("{} changed meanwhile", path.display())));
        }
    }
    let names_the_place = |bytes: &[u8]| {
        let holds = |needle: &OsString| memchr::memmem::find(bytes, needle.as_encoded_bytes()).is_some();
        plan.needles.iter().any(holds)
    };
    // Cargo takes from where an artifact is reported to be only that it is there.
    let is_report = |line: &&[u8]| line.starts_with(br#"{"$message_type":"artifact""#);
    let mut messages = [&output.stdout, &output.stderr]
        .into_iter()
        .flat_map(|text| text.split(|&byte| byte == b'\n'));
    if messages.any(|line| !is_report(&line) && names_the_place(line)) {
        return Report::NotStored(Rule::NamesPlace.because("its messages name the place where it was made"));
    }
    for name in &plan.file_names {
        match fs::read(Path::new(&plan.out_dir).join(name)) {
            Ok(bytes) => {
                if names_the_place(&bytes) {
                    return Report::NotStored(
                        Rule::NamesPlace.because("its artifact names the place where it was made"),
                    );
                }
            }
            Err(error) => return Report::NotStored(Rule::Lost.because(format!("{name}: {error}"))),
        }
    }
    Report::Stored
}

/// The first file or variable that only one of two `.d` files has.
fn unlike(one: &SaidBy<'_>, other: &SaidBy<'_>) -> Option<String> {
    let mut files = one.0.symmetric_difference(&other.0);
    let mut lines = one.1.symmetric_difference(&other.1);
    let file = files.next().map(|file| file.to_string_lossy().into_owned());
    file.or_else(|| Some(String::from_utf8_lossy(lines.next()?).into_owned()))
}

/// What was done that is in no key.
fn unforeseen(plan: &Plan, seen: &Seen) -> Option<Report> {
    if !plan.is_linked && !seen.children_ran.is_empty() {
        return Some(Report::NotStored(Rule::RanUnforeseen.because("a program was run")));
    }
    if seen.connected {
        return Some(Report::NotStored(
            Rule::RanUnforeseen.because("a connection was opened"),
        ));
    }
    let cwd = Path::new(&plan.cwd);
    let at = |path: &Path| absolute(path, cwd);
    let written: Vec<PathBuf> = seen
        .uses
        .iter()
        .filter(|(how, _)| *how == Use::Write)
        .map(|(_, path)| at(path))
        .collect();
    let toolchains: Vec<PathBuf> = seen.toolchains().collect();
    let is_input = |path: &Path, how: Use| {
        let is_known = |state: &State| match how {
            Use::Read => matches!(state, State::File(_)),
            Use::Run => matches!(state, State::File(_) | State::Stamp(_)),
            _ => true,
        };
        let mut inputs = plan.inputs.iter();
        inputs.any(|(known, state, _)| path == Path::new(known) && is_known(state))
    };
    let is_fine = |path: &Path| {
        let real = resolved(path);
        let is_in = |dirs: &[OsString]| dirs.iter().any(|dir| real.starts_with(dir));
        let is_below = |dirs: &[&str]| dirs.iter().any(|dir| real.starts_with(dir));
        let is_constant = || {
            keeps_nothing(&real)
                || is_below(ALWAYS)
                || is_below(SYSTEM) && !is_linkable(path)
                || is_of_rustc(path)
                || is_in(&plan.constant)
                || toolchains.iter().any(|dir| real.starts_with(dir))
        };
        // A workspace may lie below any of them.
        !is_in(&plan.mine) && is_constant()
            || plan.allowed.iter().any(|known| path == Path::new(known))
            || written.iter().any(|file| file == path)
            || is_crate(plan, path)
            || is_own(plan, path)
    };
    let of = |wanted: &[Use]| {
        let uses = seen.uses.iter().filter(|(how, _)| wanted.contains(how));
        uses.map(|(how, path)| (*how, at(path))).collect::<Vec<_>>()
    };
    let strays = written.iter().find(|path| !is_output(plan, path));
    if let Some(path) = strays {
        return Some(Report::NotStored(
            Rule::RanUnforeseen.because(format!("{} was written", path.display())),
        ));
    }
    // Which of the system's programs a linker runs was asked of it before.
    let is_of_the_system = |path: &Path| PROGRAMS.iter().any(|dir| path.starts_with(dir));
    let mut reads = of(&[Use::Read]);
    if plan.is_linked {
        reads.extend(of(&[Use::Run]).into_iter().filter(|(_, path)| !is_of_the_system(path)));
    }
    let is_unforeseen = |how: Use, path: &Path| !is_input(path, how) && !is_fine(path) && !path.is_dir();
    let stray = reads.iter().filter(|(how, path)| is_unforeseen(*how, path));
    let mut unforeseen: Vec<PathBuf> = stray.map(|(_, path)| path.clone()).collect();
    // A library that was looked for elsewhere first: there another may appear.
    let is_searched = |path: &&PathBuf| is_library(path) && !is_fine(path) && !plan.is_foreseen(path);
    let searched = reads
        .iter()
        .map(|(_, path)| path)
        .filter(is_searched)
        .filter_map(|path| path.file_name());
    let searched: Vec<&OsStr> = searched.collect();
    let missed = of(&[Use::Absent, Use::Exists]).into_iter().map(|(_, path)| path);
    unforeseen.extend(missed.filter(|path| {
        path.file_name().is_some_and(|name| searched.contains(&name))
            && !plan.is_foreseen(path)
            && is_unforeseen(Use::Absent, path)
    }));
    unforeseen.sort();
    unforeseen.dedup();
    let paths: Vec<OsString> = unforeseen.into_iter().map(PathBuf::into_os_string).collect();
    (!paths.is_empty()).then_some(Report::Read(paths))
}

/// A compiled crate; one that is linked has to be in the key by its content.
fn is_crate(plan: &Plan, path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let is_read = ending == Some("rmeta") || !plan.is_linked && matches!(ending, Some("rlib" | "so" | "dylib"));
    is_read
        && path
            .parent()
            .is_some_and(|dir| plan.crates.iter().any(|known| dir == Path::new(known)))
}

/// What rustc, the compiler driver and the linker make for themselves.
fn is_own(plan: &Plan, path: &Path) -> bool {
    let begins = |dir: &Path, names: &[&str]| {
        let rest = path.strip_prefix(dir).ok().and_then(|rest| rest.iter().next());
        rest.is_some_and(|name| {
            names
                .iter()
                .any(|begin| name.as_encoded_bytes().starts_with(begin.as_bytes()))
        })
    };
    let library = format!("lib{}", plan.stem);
    begins(Path::new(&plan.out_dir), &[&plan.stem, &library, "rmeta", "rustc", ".tmp"])
        // A workspace may lie there too, and be called so.
        || !plan.mine.iter().any(|place| path.starts_with(place)) && temp_dirs(plan).any(|dir| begins(&dir, &["rustc", "cc", "sccache-shell"]))
}

/// The server's, and the one that the compile was given.
fn temp_dirs(plan: &Plan) -> impl Iterator<Item = PathBuf> {
    let given = plan.restore.iter().rev().find(|(name, _)| name == "TMPDIR");
    let given = given.map(|(_, dir)| PathBuf::from(dir));
    given.into_iter().chain([std::env::temp_dir()])
}

/// Where a compile may write: its outputs, and what goes with the process.
fn is_output(plan: &Plan, path: &Path) -> bool {
    let is_temporary =
        || temp_dirs(plan).any(|dir| path.starts_with(dir)) && !plan.mine.iter().any(|place| path.starts_with(place));
    is_own(plan, path) || is_temporary() || keeps_nothing(path)
}

/// What a linker takes in of the system; what a program loads to run has a version after `.so`.
fn is_linkable(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    matches!(ending, Some("a" | "o" | "so")) && !is_of_rustc(path)
}
