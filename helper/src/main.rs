//! One binary, three roles: the wrapper when it is called `sccache`, the shim when it is called `rustc`, else the
//! command line. By a fourth name the shim calls it for what a compile leaves behind.

use std::ffi::OsString;
use std::process::ExitCode;

use sccache_shell::{cli, observe, shim, wrapper};

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    match args.first() {
        Some(argv0) if wrapper::is_called(argv0) => wrapper::run(&args),
        Some(argv0) if shim::is_called(argv0) => shim::run(&args),
        Some(argv0) if observe::is_let_go(argv0) => {
            observe::answer_all().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
        }
        _ => cli::run(args),
    }
}
