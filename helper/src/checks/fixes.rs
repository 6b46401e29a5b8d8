//! Fixes that several checks share.

use std::path::Path;

use crate::facts::Facts;
use crate::facts::listener::Address;
use crate::finding::{Fix, quote};

/// The command that ends a server; to be typed by the user alone, since other shells may be building.
pub(super) const STOP_SERVER: &str = "sccache --stop-server";

/// How a finding about a running server is mended.
pub(super) fn stop_server() -> Fix {
    Fix::Stop(STOP_SERVER.to_owned())
}

/// How to keep away from a server that is not for this shell.
pub(super) fn own_address(facts: &Facts) -> Fix {
    match &facts.server.address {
        // A private directory has room for a socket; without one, the next port.
        Address::Port(_) if facts.shell.env.path("XDG_RUNTIME_DIR").is_some_and(Path::is_dir) => {
            Fix::Run("export SCCACHE_SERVER_UDS=\"$XDG_RUNTIME_DIR/sccache.sock\"".to_owned())
        }
        Address::Port(port) => Fix::Run(format!(
            "export SCCACHE_SERVER_PORT={}",
            port.checked_add(1).unwrap_or(4227)
        )),
        Address::Socket(_) | Address::Abstract(_) => Fix::Run("unset SCCACHE_SERVER_UDS".to_owned()),
    }
}

/// To look at a file and change it.
pub(super) fn edit(file: &Path) -> Fix {
    Fix::Run(format!("\"${{EDITOR:-vi}}\" {}", quote(&file.to_string_lossy())))
}
