//! A compile in normal form, from start to end: runs sccache, and corrects what a hit restored.

use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use crate::environment::Environment;
use crate::form::Formed;
use crate::form::plan::{PLAN, Verdict};
use crate::form::store::Store;
use crate::key::cargo_env::KEY;
use crate::real_sccache;
use crate::shim::{NOT_STORED, ended};
use crate::signals;
use crate::why::{Rule, Why};

/// The outcome of a compile, for the trace.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The compiler did not run.
    Hit,
    /// It ran, and its result was stored.
    Miss,
    /// It ran; its result is used and not stored.
    NotStored(Why),
    /// The compile failed.
    Failed,
}

impl Outcome {
    /// Its name in the trace.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::NotStored(_) => "not stored",
            Self::Failed => "failed",
        }
    }

    /// Why it was not stored.
    pub(super) fn why(&self) -> Option<&Why> {
        match self {
            Self::NotStored(why) => Some(why),
            _ => None,
        }
    }
}

/// Runs it. After an error the caller has to compile: nothing was started, or the files of a hit could not be
/// corrected.
pub(super) fn run(
    mut formed: Formed,
    real: &Path,
    env: &Environment,
    store: &Store,
    tmpdir: Option<&Path>,
) -> io::Result<(ExitCode, Outcome)> {
    // One file per compile; the shim writes the second one, on a miss only.
    let mut plan = tempfile::NamedTempFile::new_in(store.dir("run")?)?;
    let report = tempfile::TempPath::try_from_path(plan.path().with_extension("report"))?;
    formed.plan.report = report.to_path_buf().into();
    plan.write_all(&serde_json::to_vec(&formed.plan)?)?;
    // Held until this process ends: then the shim kills the compiler.
    rustix::fs::flock(plan.as_file(), rustix::fs::FlockOperation::NonBlockingLockExclusive)?;

    let mut command = sccache(&formed, real, env, tmpdir);
    command.env(PLAN, plan.path());
    let status = wait(&mut command, &formed.spoken)?;

    let verdict = fs::read(&report).ok();
    let verdict = verdict.and_then(|text| serde_json::from_slice::<Verdict>(&text).ok());
    if let Some(verdict) = &verdict {
        formed.learn(store, verdict);
    }
    let outcome = match (verdict, status.success(), status.code()) {
        (None, true, _) => Outcome::Hit,
        (Some(Verdict::Stored), true, _) => Outcome::Miss,
        // The shim uses this code only after a successful compile, even if the disk was too full for the verdict.
        (verdict, false, Some(code)) if code == i32::from(NOT_STORED) => Outcome::NotStored(why_not_stored(verdict)),
        _ => return Ok((ended(status), Outcome::Failed)),
    };
    if matches!(outcome, Outcome::Hit) {
        finish(&formed)?;
    }
    Ok((ExitCode::SUCCESS, outcome))
}

fn sccache(formed: &Formed, real: &Path, env: &Environment, tmpdir: Option<&Path>) -> Command {
    let mut command = Command::new(real);
    command.arg0(real_sccache::NAME);
    command.arg(&formed.shim).args(&formed.args).current_dir(&formed.cwd);
    for name in &formed.hidden {
        command.env_remove(name);
    }
    command.env(KEY, &formed.key);
    // Relative to cargo's directory, not to the one that sccache runs in.
    if let Some(conf) = env.path("SCCACHE_CONF").filter(|conf| conf.is_relative()) {
        command.env("SCCACHE_CONF", env.cwd().join(conf));
    }
    if let Some(tmpdir) = tmpdir {
        command.env("TMPDIR", tmpdir);
    }
    command
}

/// After a hit: writes this worktree's dep-info, with every version of sccache, and makes programs executable.
fn finish(formed: &Formed) -> io::Result<()> {
    replace(&formed.dep_info, 0o666, |file| {
        file.write_all(formed.plan.dep_info.as_bytes())
    })?;
    for program in &formed.programs {
        // sccache's server may have forked while it wrote the file. Until that child runs its program, the kernel
        // reports the file as busy. A new file was never open in the server.
        replace(program, 0o777, |file| {
            io::copy(&mut fs::File::open(program)?, file).map(drop)
        })?;
    }
    Ok(())
}

/// Replaces a file with a new one; the umask applies to `mode`.
fn replace(path: &Path, mode: u32, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
        .tempfile_in(dir)?;
    write(file.as_file_mut())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// Copies rustc's messages with this worktree's paths, line by line as they come.
fn localized(messages: impl io::Read, spoken: &[(String, PathBuf)]) -> io::Result<()> {
    let mut messages = io::BufReader::new(messages);
    let mut line = Vec::new();
    while io::BufRead::read_until(&mut messages, b'\n', &mut line)? > 0 {
        io::stderr().write_all(&with_places(&line, spoken))?;
        line.clear();
    }
    Ok(())
}

/// A line with names replaced by paths. It may be JSON, so paths that would have to be escaped are not put in.
fn with_places(line: &[u8], spoken: &[(String, PathBuf)]) -> Vec<u8> {
    let is_safe = |place: &Path| {
        !place
            .as_os_str()
            .as_bytes()
            .iter()
            .any(|byte| b"\"\\".contains(byte) || *byte < b' ')
    };
    let mut text = Vec::with_capacity(line.len());
    let mut rest = line;
    while !rest.is_empty() {
        match spoken
            .iter()
            .find(|(name, place)| rest.starts_with(name.as_bytes()) && is_safe(place))
        {
            Some((name, place)) => {
                text.extend(place.as_os_str().as_bytes());
                rest = &rest[name.len()..];
            }
            None => {
                let next = memchr::memchr(b'/', &rest[1..]).map_or(rest.len(), |at| at + 1);
                text.extend(&rest[..next]);
                rest = &rest[next..];
            }
        }
    }
    text
}

/// Waits, and passes signals on to the child.
pub(super) fn wait(command: &mut Command, spoken: &[(String, PathBuf)]) -> io::Result<ExitStatus> {
    if !spoken.is_empty() {
        command.stderr(Stdio::piped());
    }
    signals::while_waiting(
        || command.spawn(),
        signals::hand_on,
        |child| {
            if let Some(messages) = child.stderr.take() {
                // An error means that cargo has ended.
                let _ = localized(messages, spoken);
            }
            child.wait()
        },
    )
}

fn why_not_stored(verdict: Option<Verdict>) -> Why {
    match verdict {
        None | Some(Verdict::Stored) => Rule::Lost.because("what was made of it could not be written down"),
        Some(Verdict::Read(paths)) => {
            let paths: Vec<String> = paths.iter().map(|path| Path::new(path).display().to_string()).collect();
            Rule::Unforeseen.because(format!("it read what is in no key: {}", paths.join(", ")))
        }
        Some(Verdict::NotStored(why)) => why,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_place() {
        let spoken = [
            ("/c/b/p/out".to_owned(), PathBuf::from("/c/b/real")),
            ("/c/b".to_owned(), PathBuf::from("/target")),
        ];
        let said = |text: &str| String::from_utf8(with_places(text.as_bytes(), &spoken)).unwrap();
        assert_eq!(
            said("--> /c/b/p/out/a.rs, /c/b/x, /c"),
            "--> /c/b/real/a.rs, /target/x, /c"
        );
        assert_eq!(said(""), "");
        let odd = [("/c".to_owned(), PathBuf::from("/a\"b"))];
        assert_eq!(with_places(b"/c/x", &odd), b"/c/x");
    }
}
