//! The running server, and where it listens.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::fixes::{STOP_SERVER, own_address, stop_server, unset};
use super::keys::mixes_up_objects;
use crate::environment::Environment;
use crate::facts::Facts;
use crate::facts::answer::Answer;
use crate::facts::listener::Address;
use crate::facts::process::Process;
use crate::facts::sharers::Sharer;
use crate::finding::{Fix, Problem, quote};
use crate::version::Version;

checks! {
    start_server_leaked: Error, BrokenBuilds;
    uds_bad: Error, BrokenBuilds;
    port_invalid: Warning, BrokenBuilds;
    port_not_sccache: Error, BrokenBuilds;
    server_other_user: Error, BrokenBuilds;
    server_other_namespace: Error, BrokenBuilds;
    server_not_answering: Warning, BrokenBuilds;
    fd_inherit_hang: Warning, BrokenBuilds;
    error_log_unwritable: Error, BrokenBuilds;
    server_settings_differ: Warning, LostCache;
    shared_cache_dir: Warning, LostCache;
    idle_timeout: Info, LostCache;
    server_exe_deleted: Info, FewerHits;
}

fn start_server_leaked(facts: &Facts) -> Option<Problem> {
    const VARIABLE: &str = "SCCACHE_START_SERVER";
    // sccache ignores any other value (its `src/cmdline.rs`, `try_parse`).
    facts.shell.env.text(VARIABLE).filter(|value| value == "1")?;
    let what = format!("{VARIABLE}=1 is set: sccache takes every compile for the start of a server, and fails");
    Some(Problem::new(what, unset(VARIABLE)).at_variable(VARIABLE))
}

fn uds_bad(facts: &Facts) -> Option<Problem> {
    const VARIABLE: &str = "SCCACHE_SERVER_UDS";
    /// The longest path of a socket, in bytes, without the zero byte at its end (`sockaddr_un`).
    const MAX_LEN: usize = if cfg!(target_os = "macos") { 103 } else { 107 };
    let Address::Socket(path) = &facts.server.address else {
        return None;
    };
    let len = path.as_os_str().len();
    let why = if !path.is_absolute() {
        "is not absolute: the server looks for it below /, and no compile finds that server".to_owned()
    } else if len > MAX_LEN {
        format!("has {len} bytes, over {MAX_LEN}: no server can start")
    } else if !facts.server.socket_dir_exists {
        "is in a directory that does not exist: no server can start".to_owned()
    } else {
        return None;
    };
    let what = format!("{VARIABLE}=`{}` {why}", path.display());
    Some(Problem::new(what, unset(VARIABLE)).at_variable(VARIABLE))
}

fn port_invalid(facts: &Facts) -> Option<Problem> {
    const VARIABLE: &str = "SCCACHE_SERVER_PORT";
    let is_port = |value: &OsStr| value.to_str().is_some_and(|text| text.parse::<u16>().is_ok());
    let value = facts.shell.env.get(VARIABLE).filter(|value| !is_port(value))?;
    if facts.shell.env.get("SCCACHE_SERVER_UDS").is_some() {
        return None;
    }
    let what = format!(
        "{VARIABLE}=`{}` is not a valid port: sccache silently takes its default, {}",
        value.to_string_lossy(),
        facts.server.address
    );
    Some(Problem::new(what, unset(VARIABLE)).at_variable(VARIABLE))
}

fn port_not_sccache(facts: &Facts) -> Option<Problem> {
    let listener = facts.server.listener.as_ref()?;
    let no_answer = facts.server.running.as_ref()?.as_ref().err()?;
    // A server whose environment says that it is sccache is only slow, or of another version.
    if facts.server.process().is_some() {
        return None;
    }
    let who = listener.process.as_ref().map_or_else(
        || "something that is not sccache".to_owned(),
        |process| format!("{} (pid {}), which is not an sccache server", process.name, process.pid),
    );
    let address = &facts.server.address;
    let what = format!("{address} is in use by {who} ({no_answer}); every build will hang or fail");
    Some(Problem::new(what, own_address(facts)))
}

fn server_other_user(facts: &Facts) -> Option<Problem> {
    let theirs = facts.server.listener.as_ref()?.uid?;
    let ours = facts.shell.uid;
    // If it is known not to be an sccache server, this is `port-not-sccache`.
    if theirs == ours || facts.server.is_something_else() {
        return None;
    }
    let address = &facts.server.address;
    let what = format!(
        "the sccache server at {address} is user {theirs}'s, and you are user {ours}: it compiles as that user, or keeps you waiting"
    );
    Some(Problem::new(what, own_address(facts)))
}

fn server_other_namespace(facts: &Facts) -> Option<Problem> {
    let listener = facts.server.listener.as_ref()?;
    let who = match &listener.process {
        Some(process) if process.sees_our_directory == Some(false) => {
            format!("the sccache server (pid {}) does not see this directory", process.pid)
        }
        // It is this user's, but not among the visible processes: it was started in a container with this network.
        None if listener.uid == Some(facts.shell.uid) && listener.is_hidden => {
            format!("the server at {} is in a container", facts.server.address)
        }
        _ => return None,
    };
    let what = format!("{who}: compiles fail, or hang until the server ends by itself");
    Some(Problem::new(what, own_address(facts)))
}

fn server_not_answering(facts: &Facts) -> Option<Problem> {
    /// The first server that understands the request of a 0.19 client.
    const UNDERSTANDS: Version = Version(0, 17, 0);
    let pid = facts.server.process()?.pid;
    match (facts.server.silent_version, &facts.server.running) {
        (Some(version), _) if version < UNDERSTANDS => Some(Problem::new(
            format!(
                "the running sccache server (pid {pid}) is version {version} and does not understand this one: neither its statistics nor its settings can be read"
            ),
            stop_server(),
        )),
        // If a setting is blamed, the client failed before it asked the server.
        (_, Some(Err(no_answer))) if no_answer.blame().is_none() => Some(Problem::new(
            format!(
                "the sccache server (pid {pid}) at {} does not answer: {no_answer}",
                facts.server.address
            ),
            // A server that does not answer cannot be asked to stop.
            Fix::Stop(format!("kill -KILL {pid}")),
        )),
        _ => None,
    }
}

fn fd_inherit_hang(facts: &Facts) -> Option<Problem> {
    /// The first version whose server closes inherited files (`close_inherited_fds` in sccache's `src/util.rs`).
    const FIXED: Version = Version(0, 18, 0);
    let running = facts.server.running();
    let version = running.and_then(Answer::version).or(facts.server.silent_version)?;
    let server = facts.server.process().filter(|_| version < FIXED)?;
    let cache = running.and_then(Answer::cache_dir);
    let held = inherited(server, cache.as_deref());
    let what = format!(
        "the sccache server (pid {}, version {version}) holds {} open, inherited from the build that started it: a process that waits for that file hangs until the server ends",
        server.pid,
        held.first()?.display()
    );
    let detail = held.iter().map(|file| file.display().to_string());
    Some(Problem::new(what, stop_server()).with_detail(detail))
}

/// Files other than the server's cache and log. Pipes are left out: it is not known whether a process waits for one.
fn inherited<'a>(server: &'a Process, cache: Option<&Path>) -> Vec<&'a PathBuf> {
    let log = server.env.as_ref().and_then(|env| env.path("SCCACHE_ERROR_LOG"));
    let is_own = |file: &Path| {
        let is_special = ["/dev/", "/proc/", "/sys/"].iter().any(|dir| file.starts_with(dir));
        is_special || cache.is_some_and(|cache| file.starts_with(cache)) || Some(file) == log
    };
    let files = server.files.iter();
    files.filter(|file| file.is_absolute() && !is_own(file)).collect()
}

fn error_log_unwritable(facts: &Facts) -> Option<Problem> {
    const VARIABLE: &str = "SCCACHE_ERROR_LOG";
    let why = facts.sccache.error_log_fault.as_ref()?;
    let value = facts.shell.env.text(VARIABLE).unwrap_or_default();
    let what =
        format!("{VARIABLE}=`{value}` {why}: the next sccache server cannot start, and builds fail after ten seconds");
    Some(Problem::new(what, unset(VARIABLE)).at_variable(VARIABLE))
}

const LIMIT: &str = "size limit";
const PREPROCESSOR_MODE: &str = "preprocessor mode";

fn server_settings_differ(facts: &Facts) -> Option<Problem> {
    let (planned, running) = (facts.sccache.planned()?, facts.server.running()?);
    let shown = |value: Option<String>| value.unwrap_or_else(|| "nothing".to_owned());
    let settings = settings(planned).into_iter().zip(settings(running));
    let differences: Vec<String> = settings
        .filter(|((name, next), (_, now))| next != now && !has_other_check(facts, running, name))
        .map(|((name, next), (_, now))| format!("{name} {} (now configured: {})", shown(now), shown(next)))
        .collect();
    let what = format!(
        "the running sccache server has different settings: {}",
        differences.join("; ")
    );
    (!differences.is_empty()).then(|| Problem::new(what, stop_server()))
}

fn settings(answer: &Answer) -> [(&'static str, Option<String>); 5] {
    let basedirs = answer.basedirs.join(":");
    [
        ("cache", answer.cache_location.clone()),
        (LIMIT, answer.max_size().map(|size| size.to_string())),
        ("basedirs", Some(basedirs).filter(|dirs| !dirs.is_empty())),
        (PREPROCESSOR_MODE, answer.preprocessor_mode().map(str::to_owned)),
        ("version", answer.version.clone()),
    ]
}

/// A limit below the flake's is for `cache-size`, and a dangerous preprocessor mode for `basedirs-direct-mode`.
fn has_other_check(facts: &Facts, running: &Answer, name: &str) -> bool {
    let is_small = || {
        running
            .max_size()
            .zip(facts.shell.wanted_size)
            .is_some_and(|(limit, wanted)| limit < wanted)
    };
    (name == LIMIT && is_small()) || (name == PREPROCESSOR_MODE && mixes_up_objects(running))
}

fn shared_cache_dir(facts: &Facts) -> Option<Problem> {
    // One at our own address has just started, if nothing listened there before.
    let is_ours = |sharer: &Sharer| sharer.address == facts.server.address && facts.server.listener.is_none();
    let other = facts.server.sharers.iter().find(|sharer| !is_ours(sharer))?;
    let who = facts.server.process().map_or_else(
        || "the next one here will".to_owned(),
        |server| format!("pid {} does", server.pid),
    );
    let what = format!(
        "another sccache server (pid {}, at {}) uses the cache {}, and so {who}: they delete each other's entries",
        other.pid,
        other.address,
        facts.sccache.cache_dir_name()
    );
    Some(Problem::new(what, stop_other(facts, other)))
}

/// A server that lost its socket to another one can only be killed.
fn stop_other(facts: &Facts, other: &Sharer) -> Fix {
    if other.address == facts.server.address && facts.server.process().is_some() {
        return Fix::Stop(format!("kill {}", other.pid));
    }
    let address = match &other.address {
        Address::Port(port) => format!("-u SCCACHE_SERVER_UDS SCCACHE_SERVER_PORT={port}"),
        socket => format!("SCCACHE_SERVER_UDS={}", quote(&socket.to_string())),
    };
    Fix::Stop(format!("env {address} {STOP_SERVER}"))
}

fn idle_timeout(facts: &Facts) -> Option<Problem> {
    const VARIABLE: &str = "SCCACHE_IDLE_TIMEOUT";
    // As `get_idle_timeout` in sccache's `src/server.rs`.
    let seconds = |env: &Environment| env.text(VARIABLE).map(|text| text.parse::<u64>());
    let running = facts.server.process_env();
    if let Some((server, _)) = running.filter(|(_, env)| seconds(env) == Some(Ok(0))) {
        let what = format!(
            "the running sccache server (pid {}) never ends by itself ({VARIABLE}=0): new settings count only once you restart it",
            server.pid
        );
        return Some(Problem::new(what, stop_server()));
    }
    seconds(&facts.shell.env)?.err()?;
    let what = format!(
        "{VARIABLE}=`{}` is not a number of seconds: sccache takes its default, 600",
        facts.shell.env.text(VARIABLE)?
    );
    Some(Problem::new(what, unset(VARIABLE)).at_variable(VARIABLE))
}

fn server_exe_deleted(facts: &Facts) -> Option<Problem> {
    let server = facts.server.process()?;
    let program = server.program.as_ref().filter(|program| program.is_deleted)?;
    let what = format!(
        "the running sccache server (pid {}) was started from {}, which was deleted: it continues with the old program",
        server.pid,
        program.path.display()
    );
    Some(Problem::new(what, stop_server()))
}
