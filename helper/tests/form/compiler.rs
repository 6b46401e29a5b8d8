//! The compiler that sccache sees.

use std::fs;

use serde_json::Value;

use crate::support::{HELPER, Sandbox};

/// sccache takes a link to a file of its own name for a wrapper, and runs the compiler behind it.
#[test]
fn a_helper_whose_file_is_called_sccache() {
    let mut sandbox = Sandbox::new();
    sandbox.package("one");
    let copy = sandbox.path("bin/sccache");
    fs::create_dir(sandbox.path("bin")).unwrap();
    fs::copy(HELPER, &copy).unwrap();
    sandbox.set("RUSTC_WRAPPER", &copy).keep_trace();
    assert_eq!(sandbox.run("project", "cargo", &["run", "--offline", "-q"]), "one\n");
    let trace = sandbox.take_trace();
    let is_named = |call: &Value| {
        call["why"]
            .as_str()
            .is_some_and(|why| why.contains("is called like a compiler cache"))
    };
    assert!(trace.iter().any(is_named), "{trace:?}");
}
