//! One binary, three roles: the wrapper when it is called `sccache`, the shim when it is called `rustc`, else the
//! command line.

use std::ffi::OsString;
use std::process::ExitCode;

use sccache_shell::{cli, shim, wrapper};

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    match args.first() {
        Some(argv0) if wrapper::is_called(argv0) => wrapper::run(&args),
        Some(argv0) if shim::is_called(argv0) => shim::run(&args),
        _ => cli::run(args),
    }
}
