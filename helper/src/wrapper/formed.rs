//! A compile in normal form, from start to end: sccache is started, waited for, and what it left is made right.

use std::fs;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

use crate::environment::Environment;
use crate::form::store::Store;
use crate::form::variables::{KEY, PLAN};
use crate::form::{self, Formed, Report};
use crate::real_sccache;
use crate::shim::{NOT_STORED, ended};
use crate::signals;
use crate::why::{Rule, Why};

/// What came of it, for the trace.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The compiler did not run.
    Hit,
    /// It ran, and what it made was stored.
    Miss,
    /// It ran, and what it made is used and not stored.
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

/// Runs it. After an error the call is still to be made: nothing was started, or what a hit left could not be made right.
pub(super) fn run(
    mut formed: Formed,
    real: &Path,
    env: &Environment,
    store: &Store,
    tmpdir: Option<&Path>,
) -> io::Result<(ExitCode, Outcome)> {
    // One file, and a second one only where it is compiled: there are as many of these as there are hits.
    let mut plan = tempfile::NamedTempFile::new_in(store.dir("run")?)?;
    let report = tempfile::TempPath::try_from_path(plan.path().with_extension("report"))?;
    formed.plan.report = report.to_path_buf().into();
    plan.write_all(&serde_json::to_vec(&formed.plan)?)?;
    // Held until this process ends, by whatever: then the shim ends the compiler.
    rustix::fs::flock(plan.as_file(), rustix::fs::FlockOperation::NonBlockingLockExclusive)?;

    let mut command = Command::new(real);
    std::os::unix::process::CommandExt::arg0(&mut command, real_sccache::NAME);
    command.arg(&formed.shim).args(&formed.args).current_dir(&formed.cwd);
    for name in &formed.hidden {
        command.env_remove(name);
    }
    command.env(KEY, &formed.key).env(PLAN, plan.path());
    // Named from where cargo is, not from where sccache is run.
    if let Some(conf) = env.path("SCCACHE_CONF").filter(|conf| conf.is_relative()) {
        command.env("SCCACHE_CONF", env.cwd().join(conf));
    }
    if let Some(tmpdir) = tmpdir {
        command.env("TMPDIR", tmpdir);
    }
    let status = wait(&mut command, &formed.spoken)?;

    let report = fs::read(&report)
        .ok()
        .and_then(|text| serde_json::from_slice::<Report>(&text).ok());
    if let Some(report) = &report {
        form::learn(store, &formed, report);
    }
    let outcome = match (&report, status.success(), status.code()) {
        (None, true, _) => Outcome::Hit,
        (Some(Report::Stored), true, _) => Outcome::Miss,
        // The shim ends so after a good compile alone, also where a full disk kept it from saying why.
        (report, false, Some(code)) if code == i32::from(NOT_STORED) => Outcome::NotStored(said(report.as_ref())),
        _ => return Ok((ended(status), Outcome::Failed)),
    };
    if matches!(outcome, Outcome::Hit) {
        finish(&formed)?;
    }
    Ok((ExitCode::SUCCESS, outcome))
}

/// After a hit: dep-info of this worktree, whatever version of sccache wrote one; and programs that can be run.
fn finish(formed: &Formed) -> io::Result<()> {
    let (path, text) = &formed.dep_info;
    replace(path, 0o666, |file| file.write_all(text))?;
    for program in &formed.programs {
        // sccache's server may have forked while it wrote the file: then the kernel calls it busy for as long as the
        // child has not become another program. A new file was never open there.
        replace(program, 0o777, |file| {
            io::copy(&mut fs::File::open(program)?, file).map(drop)
        })?;
    }
    Ok(())
}

/// `mode` but for what the umask takes.
fn replace(path: &Path, mode: u32, write: impl FnOnce(&mut fs::File) -> io::Result<()>) -> io::Result<()> {
    let dir = path.parent().unwrap_or(Path::new("/"));
    let mut file = tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(mode))
        .tempfile_in(dir)?;
    write(file.as_file_mut())?;
    file.persist(path).map(drop).map_err(|error| error.error)
}

/// rustc's messages with the places as they are here, whoever compiled it; a line at a time, since cargo reads along.
fn localized(messages: impl io::Read, spoken: &[(String, PathBuf)]) -> io::Result<()> {
    let mut messages = io::BufReader::new(messages);
    let mut line = Vec::new();
    while io::BufRead::read_until(&mut messages, b'\n', &mut line)? > 0 {
        io::stderr().write_all(&with_places(&line, spoken))?;
        line.clear();
    }
    Ok(())
}

/// In JSON too: what would have to be escaped there stays as it is.
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

/// Waits, and hands on what would have ended the compile had it been this process.
pub(super) fn wait(command: &mut Command, spoken: &[(String, PathBuf)]) -> io::Result<ExitStatus> {
    if !spoken.is_empty() {
        command.stderr(Stdio::piped());
    }
    signals::while_waiting(
        || command.spawn(),
        signals::hand_on,
        |child| {
            if let Some(messages) = child.stderr.take() {
                // A reader that is gone is cargo's affair.
                let _ = localized(messages, spoken);
            }
            child.wait()
        },
    )
}

fn said(report: Option<&Report>) -> Why {
    match report {
        None | Some(Report::Stored) => Rule::Lost.because("what was made of it could not be written down"),
        Some(Report::Read(paths)) => {
            let paths: Vec<String> = paths.iter().map(|path| Path::new(path).display().to_string()).collect();
            Rule::Unforeseen.because(format!("it read what is in no key: {}", paths.join(", ")))
        }
        Some(Report::NotStored(why)) => why.clone(),
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
