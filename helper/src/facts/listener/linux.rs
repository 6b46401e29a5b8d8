//! Linux: the socket tables under `/proc`.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::{Address, Listener};
use crate::facts::process::Scan;

/// A listening socket: its inode, and its user where the table says so.
type Socket = (u64, Option<u32>);

pub(super) fn find(address: &Address, scan: &mut Scan<'_>) -> Option<Listener> {
    let (inode, uid) = match address {
        Address::Port(port) => listening_port(*port),
        // The table does not say whose it is; the file does.
        Address::Socket(path) => {
            let owner = fs::metadata(path).map(|meta| meta.uid()).ok();
            listening_socket(path.as_os_str().as_bytes()).map(|(inode, _)| (inode, owner))
        }
        // The table writes the zero byte as an @.
        Address::Abstract(name) => listening_socket(format!("@{name}").as_bytes()),
    }?;
    let process = scan.holder_of(&PathBuf::from(format!("socket:[{inode}]")));
    Some(Listener {
        uid: uid.or_else(|| process.as_ref()?.uid),
        is_hidden: process.is_none(),
        process,
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

fn listening_socket(path: &[u8]) -> Option<Socket> {
    let table = fs::read("/proc/net/unix").ok()?;
    socket_in_table(&table, path).map(|inode| (inode, None))
}

/// Columns: `Num RefCount Protocol Flags Type St Inode Path`; the path may hold any byte but a newline. Where several
/// listen at one path, the file is the last one's, whose inode is the greatest: the others lost it.
fn socket_in_table(table: &[u8], path: &[u8]) -> Option<u64> {
    const ACCEPTS: &[u8] = b"00010000";
    let sockets = table.split(|byte| *byte == b'\n').skip(1).filter_map(|line| {
        let (_, rest) = next_column(line)?;
        let (_, rest) = next_column(rest)?;
        let (_, rest) = next_column(rest)?;
        let (flags, rest) = next_column(rest)?;
        let (_, rest) = next_column(rest)?;
        let (_, rest) = next_column(rest)?;
        let (inode, rest) = next_column(rest)?;
        let is_it = flags == ACCEPTS && rest.strip_prefix(b" ")? == path;
        is_it.then(|| std::str::from_utf8(inode).ok()?.parse().ok())?
    });
    sockets.max()
}

/// The next column and what follows it; columns are padded with spaces.
fn next_column(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii_start();
    let end = line.iter().position(|byte| *byte == b' ')?;
    Some(line.split_at(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;
    use std::path::Path;

    fn look(address: Address) -> Option<Listener> {
        find(&address, &mut Scan::begin(Path::new("/")))
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
    fn of_two_at_one_path_the_last_has_the_file() {
        let line = |inode| format!("0: 00000002 00000000 00010000 0001 01 {inode} /x\n");
        let table = format!("head\n{}{}{}", line(7), line(9), line(8));
        assert_eq!(socket_in_table(table.as_bytes(), b"/x"), Some(9));
    }

    proptest! {
        #[test]
        fn tables_are_read_without_a_panic(bytes: Vec<u8>, text: String) {
            let _ = socket_in_table(&bytes, b"/x");
            let _ = port_in_table(&text, 4226);
        }
    }
}
