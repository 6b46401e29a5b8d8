//! Systems without `/proc`: whether something accepts connections. A connection alone does not reset sccache's idle
//! timer; the process is not known.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use super::{Address, Listener};
use crate::facts::process::Scan;

const CONNECT_LIMIT: Duration = Duration::from_millis(200);

/// Something accepts connections.
#[derive(Debug)]
pub(in crate::facts) struct Bound;

pub(super) fn at(address: &Address) -> Option<Bound> {
    let accepts = match address {
        Address::Port(port) => {
            TcpStream::connect_timeout(&SocketAddr::from((Ipv4Addr::LOCALHOST, *port)), CONNECT_LIMIT).is_ok()
        }
        Address::Socket(path) => UnixStream::connect(path).is_ok(),
        // Linux only.
        Address::Abstract(_) => false,
    };
    accepts.then_some(Bound)
}

impl Bound {
    /// Its process is not known.
    pub(in crate::facts) fn listener(&self, _scan: &mut Scan<'_>) -> Listener {
        Listener {
            uid: None,
            process: None,
            is_hidden: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;
    use std::os::unix::net::UnixListener;

    fn look(address: Address) -> Option<Listener> {
        at(&address).map(|bound| bound.listener(&mut Scan::begin(std::path::Path::new("/"))))
    }

    #[test]
    fn sees_who_accepts() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        assert!(look(Address::Port(port)).is_some());
        drop(listener);
        assert!(look(Address::Port(port)).is_none());
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("s");
        assert!(look(Address::Socket(socket.clone())).is_none());
        let _listener = UnixListener::bind(&socket).unwrap();
        assert!(look(Address::Socket(socket)).is_some());
    }
}
