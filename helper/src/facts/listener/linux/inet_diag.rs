//! One listening socket, from the kernel by sock_diag(7). The table in `/proc` has the same, but for it the kernel
//! walks its whole connection hash table, which takes milliseconds on a machine with much memory.

use rustix::io;
use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, netlink, recv, send, socket_with};

use super::Socket;

/// `SOCK_DIAG_BY_FAMILY`, the type of the request and of its answer.
const BY_FAMILY: u16 = 20;
/// `NLM_F_REQUEST`.
const REQUEST: u16 = 1;
/// `TCP_LISTEN`.
const LISTEN: u8 = 10;
/// `struct nlmsghdr`, then `struct inet_diag_req_v2`, in bytes.
const QUESTION: usize = 16 + 56;

/// The socket that listens at 127.0.0.1; `None` if there is none, or if the kernel does not answer.
pub(super) fn listening_port(port: u16) -> Option<Socket> {
    read(&ask(port).ok()?)
}

fn ask(port: u16) -> io::Result<Vec<u8>> {
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::DGRAM,
        SocketFlags::CLOEXEC,
        Some(netlink::SOCK_DIAG),
    )?;
    send(&socket, &question(port), SendFlags::empty())?;
    // The kernel answers before `send` returns.
    let mut answer = vec![0; 512];
    let (length, _) = recv(&socket, &mut answer[..], RecvFlags::DONTWAIT)?;
    answer.truncate(length);
    Ok(answer)
}

fn question(port: u16) -> [u8; QUESTION] {
    let mut question = [0; QUESTION];
    let mut put = |at: usize, bytes: &[u8]| question[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &(QUESTION as u32).to_ne_bytes());
    put(4, &BY_FAMILY.to_ne_bytes());
    put(6, &REQUEST.to_ne_bytes());
    // AF_INET and IPPROTO_TCP, in this state.
    put(16, &[2, 6]);
    put(20, &(1u32 << LISTEN).to_ne_bytes());
    // Its own port and address; a listening socket has no other end.
    put(24, &port.to_be_bytes());
    put(28, &[127, 0, 0, 1]);
    // `INET_DIAG_NOCOOKIE`.
    put(64, &[0xff; 8]);
    question
}

/// `struct nlmsghdr`, then `struct inet_diag_msg`; an error has a different type.
fn read(answer: &[u8]) -> Option<Socket> {
    let number = |at: usize| Some(u32::from_ne_bytes(answer.get(at..at + 4)?.try_into().ok()?));
    let kind = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?);
    let state = *answer.get(17)?;
    let (uid, inode) = (number(80)?, number(84)?);
    (kind == BY_FAMILY && state == LISTEN && inode != 0).then_some((u64::from(inode), Some(uid)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::net::{Ipv4Addr, TcpListener, TcpStream};

    #[test]
    fn says_what_the_table_says() {
        for address in [Ipv4Addr::LOCALHOST, Ipv4Addr::UNSPECIFIED] {
            let listener = TcpListener::bind((address, 0)).unwrap();
            let port = listener.local_addr().unwrap().port();
            let _connection = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
            let in_table = super::super::port_in_table(&std::fs::read_to_string("/proc/net/tcp").unwrap(), port);
            assert!(in_table.is_some());
            assert_eq!(listening_port(port), in_table);
            drop(listener);
            assert_eq!(listening_port(port), None);
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_read(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }
    }
}
