//! Other servers that use the cache directory of this shell.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use super::listener::Address;
use super::process::{Process, as_seen_by};
use super::{config_file, disk_table, remote};
use crate::environment::Environment;
use crate::read;
use crate::toml_file::TomlFile;

/// One such server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sharer {
    /// Its process.
    pub pid: u32,
    /// Where it listens, or listened before.
    pub address: Address,
}

/// Those of `servers` whose cache is the directory `dir`, by whatever path.
pub(super) fn of(dir: &Path, servers: &[Process]) -> Vec<Sharer> {
    let Ok(wanted) = inode(dir) else {
        // A directory that does not exist yet cannot be shared.
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

/// According to the server's own environment and config file. `None` if it does not store on a disk, or if the file was
/// changed since the server read it.
fn cache_dir(server: &Process, env: &Environment) -> Option<PathBuf> {
    if remote::is_in(env) {
        return None;
    }
    let named = env.get("SCCACHE_CONF").map(PathBuf::from);
    let path = named.or_else(|| config_file::linux_path(env));
    let path = path.map(|path| as_seen_by(server.pid, &path));
    let is_table_used = disk_table::replaced_by(env).is_empty();
    if is_table_used && path.as_deref().is_some_and(|path| has_changed_since(path, server)) {
        return None;
    }
    let file = path.and_then(|path| {
        let text = read::text(&path, read::MAX_WRITTEN).ok()?;
        Some(TomlFile::parse(path, text))
    });
    disk_table::dir(env, file.as_ref())
}

/// A missing file may have been deleted since, so its directory is looked at instead.
fn has_changed_since(path: &Path, server: &Process) -> bool {
    let changed = path
        .ancestors()
        .find_map(|path| fs::metadata(path).ok()?.modified().ok());
    // The start of a process is known to a hundredth of a second, so a little earlier counts as later.
    match (changed, server.started) {
        (Some(changed), Some(started)) => changed + Duration::from_millis(20) > started,
        _ => true,
    }
}
