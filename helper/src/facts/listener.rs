//! Who listens where this shell's sccache would look for its server. Nothing is connected to, nothing
//! is started; what cannot be read (another system, another user) is `None`, never a guess.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::process::Process;
use crate::environment::Environment;

#[cfg(target_os = "linux")]
pub(crate) mod linux;
// Compiled for the tests everywhere, so that it cannot rot where nobody runs it.
#[cfg(any(test, not(target_os = "linux")))]
mod portable;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(not(target_os = "linux"))]
use portable as system;

/// sccache's port where none is named (`DEFAULT_PORT` in its `src/commands.rs`).
const DEFAULT_PORT: u16 = 4226;

/// Where the server is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A port of 127.0.0.1.
    Port(u16),
    /// A Unix socket.
    Socket(PathBuf),
    /// A Unix socket without a file, as Linux has them.
    Abstract(String),
}

/// How sccache writes the name of a socket without a file (`parse_uds` in its `src/net.rs`).
const ABSTRACT: &str = "\\x00";

impl Address {
    /// `get_addr` in sccache's `src/commands.rs`: the socket wins; a port that is no number is the default.
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
}

impl Address {
    /// The directory that a socket's file lies in.
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
    /// Its user, where the system tells.
    pub uid: Option<u32>,
    /// Its process, where it can be seen.
    pub process: Option<Process>,
    /// Whether every process of this user was looked at and none is it.
    pub is_hidden: bool,
}

pub(super) use system::Bound;

/// What listens at `address`; `None` where nothing does. Who that is costs more to find out, and a question to it
/// need not wait for that.
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
