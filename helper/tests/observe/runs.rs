//! Programs that a macro runs.

use crate::support::{Sandbox, manifest};

/// A macro whose child runs a file that it has opened: `execveat(2)` without a path.
const MACRO: &str = r#"
use std::os::fd::AsRawFd;
use std::os::unix::process::CommandExt;
type Words = *const *const core::ffi::c_char;
unsafe extern "C" { fn fexecve(file: i32, args: Words, variables: Words) -> i32; }
#[proc_macro]
pub fn run(_: proc_macro::TokenStream) -> proc_macro::TokenStream {
    let file = std::fs::File::open("/bin/true").unwrap();
    let run = move || {
        let none = std::ptr::null();
        unsafe { fexecve(file.as_raw_fd(), [c"true".as_ptr(), none].as_ptr(), [none].as_ptr()) };
        Ok(())
    };
    let status = unsafe { std::process::Command::new("/bin/false").pre_exec(run) }.status();
    status.unwrap().success().to_string().parse().unwrap()
}
"#;

#[test]
fn a_program_without_a_path() {
    let mut sandbox = Sandbox::new();
    sandbox.write(
        "project/Cargo.toml",
        manifest("app", "[dependencies]\nmac = { path = \"mac\" }\n[workspace]\n"),
    );
    sandbox.write("project/src/main.rs", "fn main() { println!(\"{}\", mac::run!()); }\n");
    sandbox.write("project/mac/Cargo.toml", manifest("mac", "[lib]\nproc-macro = true\n"));
    sandbox.write("project/mac/src/lib.rs", MACRO);
    sandbox.keep_trace();
    let printed = sandbox.run("project", "cargo", &["run", "--offline", "-q"]);
    let trace = sandbox.take_trace();
    let rules = trace.iter().filter(|line| line["crate_name"] == "app");
    let rules: Vec<_> = rules.map(|line| line["rule"].as_str()).collect();
    assert_eq!((printed.as_str(), rules), ("true\n", vec![Some("runs")]));
}
