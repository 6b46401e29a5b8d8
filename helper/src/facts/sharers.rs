//! Other servers that keep their cache in the directory that this shell's would be in.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use super::disk_table;
use super::listener::Address;
use super::process::Process;
use super::remote;
use crate::environment::Environment;
use crate::read;
use crate::toml_file::TomlFile;

/// One such server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharer {
    /// Its process.
    pub pid: u32,
    /// Where it listens, or once did.
    pub address: Address,
}

/// Those of `servers` whose cache is the directory `dir`, whatever each of them calls it.
pub(super) fn of(dir: &Path, servers: &[Process]) -> Vec<Sharer> {
    let Ok(wanted) = inode(dir) else {
        // What is not there yet, nobody shares.
        return Vec::new();
    };
    let shares = |server: &&Process| {
        let dir = server.env.as_ref().and_then(|env| cache_dir(server, env));
        dir.is_some_and(|dir| inode(&as_seen_by(server.pid, &dir)).is_ok_and(|inode| inode == wanted))
    };
    let sharer = |server: &Process| {
        Some(Sharer {
            pid: server.pid,
            address: Address::of(server.env.as_ref()?),
        })
    };
    servers.iter().filter(shares).filter_map(sharer).collect()
}

fn inode(path: &Path) -> io::Result<(u64, u64)> {
    fs::metadata(path).map(|meta| (meta.dev(), meta.ino()))
}

/// A relative directory counts from `/`, where servers stand.
fn as_seen_by(pid: u32, path: &Path) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/root")).join(path.strip_prefix("/").unwrap_or(path))
}

/// By the server's own environment, and the config file that it names. `None` where it stores elsewhere than on a disk,
/// and where the file has changed since the server read it.
fn cache_dir(server: &Process, env: &Environment) -> Option<PathBuf> {
    if remote::is_in(env) {
        return None;
    }
    let path = config_path(env).map(|path| as_seen_by(server.pid, &path));
    let text = path
        .as_deref()
        .and_then(|path| read::text(path, read::MAX_WRITTEN).ok());
    let file = path
        .as_deref()
        .zip(text)
        .map(|(path, text)| TomlFile::parse(path.to_owned(), text));
    let decides = disk_table::replaced_by(env).is_empty();
    if decides && path.is_some_and(|path| has_changed_since(&path, server)) {
        return None;
    }
    disk_table::dir(env, file.as_ref())
}

/// A file that is not there now may have been, so its directory counts in its place.
fn has_changed_since(path: &Path, server: &Process) -> bool {
    let changed = path
        .ancestors()
        .find_map(|path| fs::metadata(path).ok()?.modified().ok());
    // When a process started is known to a hundredth of a second, so a little before counts as after.
    match (changed, server.started) {
        (Some(changed), Some(started)) => changed + Duration::from_millis(20) > started,
        _ => true,
    }
}

fn config_path(env: &Environment) -> Option<PathBuf> {
    if let Some(named) = env.get("SCCACHE_CONF") {
        return Some(PathBuf::from(named));
    }
    let config = env.path("XDG_CONFIG_HOME").filter(|dir| dir.is_absolute());
    let config = config.map_or_else(|| Some(env.path("HOME")?.join(".config")), |dir| Some(dir.to_owned()))?;
    Some(config.join("sccache/config"))
}
