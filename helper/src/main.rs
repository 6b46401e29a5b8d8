//! One binary with three roles, chosen by the name it is called by: `sccache` is the wrapper, `rustc` the shim, any
//! other name the command line. The shim starts it by a fourth name for processes that a compile leaves behind.

use std::ffi::OsString;
use std::process::ExitCode;

use sccache_shell::{cli, observe, shim, wrapper};

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    match args.first() {
        Some(argv0) if wrapper::is_called(argv0) => wrapper::run(&args),
        Some(argv0) if shim::is_called(argv0) => shim::run(&args),
        Some(argv0) if observe::is_answerer(argv0) => {
            observe::answer_all().map_or(ExitCode::FAILURE, |()| ExitCode::SUCCESS)
        }
        _ => cli::run(args),
    }
}
