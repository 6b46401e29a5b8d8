//! Fixes that several checks share.

use std::fmt::Display;
use std::path::Path;

use crate::facts::Facts;
use crate::facts::listener::Address;
use crate::finding::{Fix, quote_path};
use crate::origin::Origin;

/// Stops a server; printed for the user to run, since other shells may be using the server.
pub(super) const STOP_SERVER: &str = "sccache --stop-server";

/// Restarts the server: the next compile starts a new one.
pub(super) fn stop_server() -> Fix {
    Fix::Stop(STOP_SERVER.to_owned())
}

/// Removes a variable.
pub(super) fn unset(name: impl Display) -> Fix {
    Fix::Unset(vec![name.to_string()])
}

/// Sets a variable; `value` is quoted already.
pub(super) fn export(name: &str, value: impl Display) -> Fix {
    Fix::Export(name.to_owned(), value.to_string())
}

/// Removes a setting where it is: a variable is unset, and for a line of a file there is advice.
pub(super) fn unset_or(origin: &Origin, advice: String) -> Fix {
    if origin.is_env() {
        unset(origin)
    } else {
        Fix::Do(advice)
    }
}

/// Gives this shell a server address of its own.
pub(super) fn own_address(facts: &Facts) -> Fix {
    match &facts.server.address {
        // A socket in the private directory if there is one, else the next port.
        Address::Port(_) if facts.shell.env.path("XDG_RUNTIME_DIR").is_some_and(Path::is_dir) => {
            export("SCCACHE_SERVER_UDS", "\"$XDG_RUNTIME_DIR/sccache.sock\"")
        }
        Address::Port(port) => export("SCCACHE_SERVER_PORT", port.checked_add(1).unwrap_or(4227)),
        Address::Socket(_) | Address::Abstract(_) => unset("SCCACHE_SERVER_UDS"),
    }
}

/// Opens a file in the user's editor.
pub(super) fn edit(file: &Path) -> Fix {
    Fix::Run(format!("\"${{EDITOR:-vi}}\" {}", quote_path(file)))
}
