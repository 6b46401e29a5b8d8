//! The shim: sccache's compiler, but also a program that a user can start.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::form::store::{STORE, built_once};

#[test]
fn a_shim_that_a_user_starts() {
    let sandbox = built_once();
    let shims = fs::read_dir(sandbox.path(STORE).join("rustc")).unwrap();
    let shim = shims.map(|dir| dir.unwrap().path().join("rustc")).next().unwrap();
    let call = |args: &[&str], plan: Option<&Path>| {
        let mut command: Command = sandbox.command(&shim);
        command.args(args).envs(plan.map(|plan| ("SCCACHE_SHELL_PLAN", plan)));
        command.output().unwrap()
    };
    let version = call(&["-vV"], None);
    assert!(String::from_utf8(version.stdout).unwrap().starts_with("rustc 1."));
    let out = sandbox.path("out");
    let args = ["--crate-type=lib", "--out-dir", out.to_str().unwrap(), "src/main.rs"];
    assert!(call(&args, None).status.success() && out.join("libmain.rlib").exists());
    for plan in [sandbox.path("none"), sandbox.write("garbage", "{")] {
        let output = call(&args, Some(&plan));
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.lines().count() == 1, "{said}");
    }
}
