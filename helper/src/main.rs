//! One binary, two roles: the wrapper when it is called `sccache`, else the command line.

use std::ffi::OsString;
use std::process::ExitCode;

use sccache_shell::{cli, wrapper};

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    match args.first() {
        Some(argv0) if wrapper::is_called(argv0) => wrapper::run(&args),
        _ => cli::run(args),
    }
}
