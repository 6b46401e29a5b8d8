//! Servers as the system shows them.

use std::fs;
use std::path::{Path, PathBuf};

/// The pid of the process that listens at a socket's path, read from the system.
pub fn at(socket: &Path) -> Option<u32> {
    let table = fs::read_to_string("/proc/net/unix").ok()?;
    let at_it = table.lines().filter(|line| {
        line.split_whitespace().nth(3) == Some("00010000") && line.ends_with(&format!(" {}", socket.display()))
    });
    let inodes = at_it.filter_map(|line| line.split_whitespace().nth(6)?.parse::<u64>().ok());
    let targets: Vec<PathBuf> = inodes.map(|inode| PathBuf::from(format!("socket:[{inode}]"))).collect();
    let holders = fs::read_dir("/proc").ok()?.flatten().filter_map(|entry| {
        let pid: u32 = entry.file_name().to_str()?.parse().ok()?;
        let mut files = fs::read_dir(entry.path().join("fd")).ok()?.flatten();
        files
            .any(|file| fs::read_link(file.path()).is_ok_and(|link| targets.contains(&link)))
            .then_some(pid)
    });
    // Of several, the youngest has the file.
    holders.max_by_key(started)
}

/// When a process was started, in the system's ticks.
fn started(pid: &u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}
