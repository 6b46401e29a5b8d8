//! Linux: the socket tables under `/proc`.

mod inet_diag;

use std::fs;
use std::io::ErrorKind;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::{Address, Listener};
use crate::facts::process::{self, Process, Scan};

/// A listening socket: its inode, and its user if the table has it.
type Socket = (u64, Option<u32>);

/// The sockets that listen at an address, and their user, if the system shows it.
#[derive(Debug)]
pub(in crate::facts) struct Bound {
    inodes: Vec<u64>,
    owner: Option<u32>,
}

pub(super) fn at(address: &Address) -> Option<Bound> {
    let (inodes, owner) = match address {
        Address::Port(port) => listening_port(*port).map(|(inode, owner)| (vec![inode], owner))?,
        Address::Socket(path) => {
            // The user is not in the table but that of the file. Without the file the socket cannot be reached.
            let owner = match fs::metadata(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => return None,
                found => found.map(|meta| meta.uid()).ok(),
            };
            (listening_sockets(path.as_os_str().as_bytes()), owner)
        }
        // The table shows the zero byte as an @.
        Address::Abstract(name) => (listening_sockets(format!("@{name}").as_bytes()), None),
    };
    (!inodes.is_empty()).then_some(Bound { inodes, owner })
}

impl Bound {
    /// Finds their process.
    pub(in crate::facts) fn listener(&self, scan: &mut Scan<'_>) -> Listener {
        let process = last_to_bind(&self.inodes, self.owner, scan);
        Listener {
            uid: self.owner.or_else(|| process.as_ref()?.uid),
            is_hidden: process.is_none(),
            process,
        }
    }
}

fn holder(inode: u64, scan: &mut Scan<'_>) -> Option<Process> {
    scan.holder_of(&PathBuf::from(format!("socket:[{inode}]")))
}

/// Of several sockets bound to one path, the last one has the file: a server that starts removes the file of the one
/// before (`start_server` in sccache's `src/server.rs`), which keeps listening and cannot be reached. The order is that
/// of the processes' start times; inode numbers are per CPU. `None` if the process may not be inspected.
fn last_to_bind(inodes: &[u64], owner: Option<u32>, scan: &mut Scan<'_>) -> Option<Process> {
    if let [inode] = inodes {
        return holder(*inode, scan);
    }
    let holders = inodes.iter().filter_map(|inode| holder(*inode, scan));
    // Its owner is that of the file.
    let owners = holders.filter(|process| owner.is_none() || process.uid == owner);
    owners.max_by_key(|process| process::ticks_at_start(process.pid))
}

/// By sock_diag; by the table if the kernel was built without it.
fn listening_port(port: u16) -> Option<Socket> {
    let in_table = || port_in_table(&fs::read_to_string("/proc/net/tcp").ok()?, port);
    inet_diag::listening_port(port).or_else(in_table)
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

fn listening_sockets(path: &[u8]) -> Vec<u64> {
    let table = fs::read("/proc/net/unix").unwrap_or_default();
    sockets_in_table(&table, path)
}

/// Columns: `Num RefCount Protocol Flags Type St Inode Path`; the path may contain any byte but a newline.
fn sockets_in_table(table: &[u8], path: &[u8]) -> Vec<u64> {
    const ACCEPTS: &[u8] = b"00010000";
    let sockets = table.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
        let (mut columns, mut rest) = ([[].as_slice(); 7], line);
        for column in &mut columns {
            (*column, rest) = next_column(rest)?;
        }
        let [_, _, _, flags, _, _, inode] = columns;
        let is_it = flags == ACCEPTS && rest.strip_prefix(b" ")? == path;
        is_it.then(|| std::str::from_utf8(inode).ok()?.parse().ok())?
    });
    sockets.collect()
}

/// The next column and what follows it; columns are padded with spaces.
fn next_column(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii_start();
    let end = line.iter().position(|byte| *byte == b' ')?;
    Some(line.split_at(end))
}

#[cfg(any(test, fuzzing))]
pub(crate) fn assert_invariants(bytes: &[u8]) {
    for inode in sockets_in_table(bytes, b"/x") {
        assert!(String::from_utf8_lossy(bytes).contains(&inode.to_string()) || inode == 0);
    }
    // A valid line is found after any text.
    let path = bytes.split(|b| *b == b'\n').next().unwrap_or_default();
    let table = [bytes, b"\n0000: 00000002 00000000 00010000 0001 01 4711 ", path, b"\n"].concat();
    assert!(sockets_in_table(&table, path).contains(&4711));
    let text = String::from_utf8_lossy(bytes);
    let _ = port_in_table(&text, 4226);
    let line =
        "   0: 0100007F:1082 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0";
    let table = format!("{}\n{line}\n{text}", text.lines().next().unwrap_or_default());
    assert_eq!(port_in_table(&table, 4226), Some((4711, Some(1000))));
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    fn look(address: Address) -> Option<Listener> {
        at(&address).map(|bound| bound.listener(&mut Scan::begin(Path::new("/"))))
    }

    #[test]
    fn sees_a_port_and_its_process() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let found = look(Address::Port(port)).unwrap();
        let process = found.process.unwrap();
        assert_eq!(process.pid, std::process::id());
        assert_eq!(process.is_sccache(), Some(false));
        assert_eq!(found.uid, Some(rustix::process::getuid().as_raw()));
        drop(listener);
        assert_eq!(look(Address::Port(port)), None);
    }

    #[test]
    fn sees_a_socket_whose_path_has_spaces() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a  b c.sock");
        let _listener = UnixListener::bind(&path).unwrap();
        let found = look(Address::Socket(path.clone())).unwrap();
        assert_eq!(found.process.map(|process| process.pid), Some(std::process::id()));
        assert_eq!(look(Address::Socket(dir.path().join("other.sock"))), None);
    }

    #[test]
    fn all_that_listen_at_one_path() {
        let line = |inode, path| format!("0: 00000002 00000000 00010000 0001 01 {inode} {path}\n");
        let table = format!("head\n{}{}{}", line(7, "/x"), line(9, "/x"), line(8, "/x y"));
        assert_eq!(sockets_in_table(table.as_bytes(), b"/x"), [7, 9]);
    }

    #[test]
    fn a_socket_without_its_file_has_no_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("s");
        let _lost = UnixListener::bind(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        assert_eq!(look(Address::Socket(path)), None);
    }

    proptest! {
        #[test]
        fn tables_are_read_without_a_panic(bytes: Vec<u8>, text: String) {
            assert_invariants(&bytes);
            assert_invariants(text.as_bytes());
        }
    }
}
