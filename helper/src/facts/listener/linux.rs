//! Linux: the socket tables and the processes under `/proc`.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::{Address, Listener, Process};

/// A listening socket: its inode, and its user where the table says so.
type Socket = (u64, Option<u32>);

/// The largest environment that is read, in bytes.
const MAX_ENVIRON: u64 = 4 << 20;

pub(super) fn find(address: &Address) -> Option<Listener> {
    let (inode, uid) = match address {
        Address::Port(port) => listening_port(*port),
        Address::Socket(path) => listening_socket(path),
    }?;
    let pid = process_with(inode);
    Some(Listener {
        uid: uid.or_else(|| Some(fs::metadata(proc_file(pid?, "")).ok()?.uid())),
        process: pid.map(describe),
    })
}

fn listening_port(port: u16) -> Option<Socket> {
    let table = fs::read_to_string("/proc/net/tcp").ok()?;
    port_in_table(&table, port)
}

/// Columns: `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`.
/// A server on 0.0.0.0 also answers at 127.0.0.1.
fn port_in_table(table: &str, port: u16) -> Option<Socket> {
    const LISTEN: &str = "0A";
    let wanted = [format!("0100007F:{port:04X}"), format!("00000000:{port:04X}")];
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<&str> = line.split_whitespace().collect();
        let is_it = wanted.iter().any(|local| columns.get(1) == Some(&local.as_str()));
        (is_it && columns.get(3) == Some(&LISTEN))
            .then(|| Some((columns.get(9)?.parse().ok()?, columns.get(7)?.parse().ok())))?
    })
}

fn listening_socket(path: &Path) -> Option<Socket> {
    let table = fs::read("/proc/net/unix").ok()?;
    socket_in_table(&table, path).map(|inode| (inode, None))
}

/// Columns: `Num RefCount Protocol Flags Type St Inode Path`; the path may hold any byte but a newline.
fn socket_in_table(table: &[u8], path: &Path) -> Option<u64> {
    const ACCEPTS: &[u8] = b"00010000";
    table.split(|byte| *byte == b'\n').skip(1).find_map(|line| {
        let (_, rest) = next_column(line)?;
        let (_, rest) = next_column(rest)?;
        let (_, rest) = next_column(rest)?;
        let (flags, rest) = next_column(rest)?;
        let (_, rest) = next_column(rest)?;
        let (_, rest) = next_column(rest)?;
        let (inode, rest) = next_column(rest)?;
        let is_it = flags == ACCEPTS && rest.strip_prefix(b" ")? == path.as_os_str().as_bytes();
        is_it.then(|| std::str::from_utf8(inode).ok()?.parse().ok())?
    })
}

/// The next column and what follows it; columns are padded with spaces.
fn next_column(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii_start();
    let end = line.iter().position(|byte| *byte == b' ')?;
    Some(line.split_at(end))
}

/// The process that holds the socket. Those named like sccache are looked at first, and mostly alone: reading
/// every process's files takes milliseconds.
fn process_with(inode: u64) -> Option<u32> {
    let target = PathBuf::from(format!("socket:[{inode}]"));
    let is_likely = |pid: &u32| name_of(*pid).contains("sccache");
    pids()
        .find(|pid| is_likely(pid) && holds(*pid, &target))
        .or_else(|| pids().find(|pid| !is_likely(pid) && holds(*pid, &target)))
}

fn pids() -> impl Iterator<Item = u32> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn holds(pid: u32, target: &Path) -> bool {
    fs::read_dir(proc_file(pid, "fd"))
        .into_iter()
        .flatten()
        .flatten()
        .any(|entry| fs::read_link(entry.path()).is_ok_and(|link| link == target))
}

fn name_of(pid: u32) -> String {
    let name = fs::read(proc_file(pid, "comm")).unwrap_or_default();
    String::from_utf8_lossy(&name).trim_end().to_owned()
}

fn describe(pid: u32) -> Process {
    let environ = environ(pid);
    let variable = |name: &str| value_in(environ.as_deref()?, name);
    let tmpdir = environ
        .as_ref()
        .map(|_| variable("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from));
    Process {
        pid,
        name: name_of(pid),
        is_sccache: environ.as_ref().map(|_| variable("SCCACHE_START_SERVER").is_some()),
        tmpdir_exists: tmpdir.as_deref().map(|dir| exists_for(pid, dir)),
        tmpdir,
    }
}

fn environ(pid: u32) -> Option<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let file = fs::File::open(proc_file(pid, "environ")).ok()?;
    file.take(MAX_ENVIRON).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

fn value_in(environ: &[u8], name: &str) -> Option<OsString> {
    environ.split(|byte| *byte == 0).find_map(|entry| {
        let value = entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=")?;
        Some(OsString::from_vec(value.to_owned()))
    })
}

/// The process may see another root (a container); a relative directory is looked up from `/`, where servers stand.
fn exists_for(pid: u32, dir: &Path) -> bool {
    let root = proc_file(pid, "root");
    let inside = dir.strip_prefix("/").unwrap_or(dir);
    root.join(inside).is_dir()
}

fn proc_file(pid: u32, file: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{file}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;

    #[test]
    fn sees_a_port_and_its_process() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let found = find(&Address::Port(port)).unwrap();
        let process = found.process.unwrap();
        assert_eq!(process.pid, std::process::id());
        assert_eq!(process.is_sccache, Some(false));
        assert_eq!(found.uid, Some(rustix::process::getuid().as_raw()));
        drop(listener);
        assert_eq!(find(&Address::Port(port)), None);
    }

    #[test]
    fn sees_a_socket_whose_path_has_spaces() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a  b c.sock");
        let _listener = UnixListener::bind(&path).unwrap();
        let found = find(&Address::Socket(path.clone())).unwrap();
        assert_eq!(found.process.map(|process| process.pid), Some(std::process::id()));
        assert_eq!(find(&Address::Socket(dir.path().join("other.sock"))), None);
    }

    #[test]
    fn reads_an_environment_byte_by_byte() {
        let environ = b"A=1\0TMPDIR=/x=\xff\0MYTMPDIR=/y\0";
        assert_eq!(
            value_in(environ, "TMPDIR"),
            Some(OsString::from_vec(b"/x=\xff".to_vec()))
        );
        assert_eq!(value_in(environ, "B"), None);
    }

    proptest! {
        #[test]
        fn tables_are_read_without_a_panic(bytes: Vec<u8>, text: String) {
            let _ = socket_in_table(&bytes, Path::new("/x"));
            let _ = port_in_table(&text, 4226);
            let _ = value_in(&bytes, "TMPDIR");
        }
    }
}
