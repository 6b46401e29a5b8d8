//! The process that listens at the address of this shell's server. Nothing is connected to or started. What cannot be
//! read (on a different system, or of a different user) is `None`, never a guess.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::process::Process;
use crate::environment::Environment;

#[cfg(target_os = "linux")]
pub(crate) mod linux;
// Compiled for the tests everywhere, so that it keeps compiling.
#[cfg(any(test, not(target_os = "linux")))]
mod portable;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use portable as system;

/// sccache's default port (`DEFAULT_PORT` in its `src/commands.rs`).
const DEFAULT_PORT: u16 = 4226;

/// Where the server is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A port of 127.0.0.1.
    Port(u16),
    /// A Unix socket.
    Socket(PathBuf),
    /// An abstract Unix socket, which has no file; Linux only.
    Abstract(String),
}

/// The prefix of abstract sockets in sccache's settings (`parse_uds` in its `src/net.rs`).
const ABSTRACT: &str = "\\x00";

impl Address {
    /// As `get_addr` in sccache's `src/commands.rs`: the socket wins; an invalid port is the default.
    pub fn of(env: &Environment) -> Self {
        if let Some(path) = env.get("SCCACHE_SERVER_UDS") {
            return match path.to_str().and_then(|path| path.strip_prefix(ABSTRACT)) {
                Some(name) if cfg!(target_os = "linux") => Self::Abstract(name.to_owned()),
                _ => Self::Socket(PathBuf::from(path)),
            };
        }
        let port = env.get("SCCACHE_SERVER_PORT").and_then(OsStr::to_str);
        Self::Port(port.and_then(|port| port.parse().ok()).unwrap_or(DEFAULT_PORT))
    }

    /// The directory of a socket's file.
    pub fn dir(&self) -> Option<&Path> {
        match self {
            Self::Socket(path) => path.parent(),
            Self::Port(_) | Self::Abstract(_) => None,
        }
    }
}

/// For people: `127.0.0.1:4226`, or the socket's path.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Port(port) => write!(f, "127.0.0.1:{port}"),
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Abstract(name) => write!(f, "{ABSTRACT}{name}"),
        }
    }
}

/// Something that listens at the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listener {
    /// Its user, if the system shows it.
    pub uid: Option<u32>,
    /// Its process, if it is visible.
    pub process: Option<Process>,
    /// Whether no visible process holds the socket.
    pub is_hidden: bool,
}

pub(super) use system::Bound;

/// What listens at `address`; `None` if nothing does. Its process is found later, since that takes longer.
pub(super) fn at(address: &Address) -> Option<Bound> {
    system::at(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(vars: &[(&str, &str)]) -> Address {
        Address::of(&Environment::new(vars.iter().copied(), Path::new("/")))
    }

    #[test]
    fn looks_where_sccache_looks() {
        assert_eq!(address(&[]), Address::Port(4226));
        assert_eq!(address(&[("SCCACHE_SERVER_PORT", "5000")]), Address::Port(5000));
        assert_eq!(address(&[("SCCACHE_SERVER_PORT", "70000")]), Address::Port(4226));
        let both = [("SCCACHE_SERVER_PORT", "5000"), ("SCCACHE_SERVER_UDS", "/run/s")];
        assert_eq!(address(&both), Address::Socket(PathBuf::from("/run/s")));
        #[cfg(target_os = "linux")]
        assert_eq!(
            address(&[("SCCACHE_SERVER_UDS", "\\x00me")]),
            Address::Abstract("me".to_owned())
        );
    }
}
