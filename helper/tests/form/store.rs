//! The directory of the normal form, and the helper itself, may be removed or replaced at any time, also while a server
//! runs.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};

use crate::support::{HELPER, Sandbox, is_root, main_that_prints, real_sccache, skipped};

pub(crate) const STORE: &str = "home/.cache/sccache-shell/form-1";

pub(crate) fn built_once() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.package("one");
    sandbox.second_worktree("second");
    assert_eq!(run(&sandbox, "project"), "one\n");
    sandbox
}

fn run(sandbox: &Sandbox, dir: &str) -> String {
    let _ = fs::remove_dir_all(sandbox.path(dir).join("target"));
    sandbox.run(dir, "cargo", &["run", "-q", "--offline"])
}

/// The second worktree gets its own program when the source is different, and when it is the same again.
fn is_right(sandbox: &Sandbox) {
    let source = sandbox.path("second/src/main.rs");
    fs::write(&source, main_that_prints("two")).unwrap();
    assert_eq!(run(sandbox, "second"), "two\n");
    fs::write(&source, main_that_prints("one")).unwrap();
    assert_eq!(run(sandbox, "second"), "one\n");
}

#[test]
fn the_directory_is_removed_below_a_running_server() {
    let sandbox = built_once();
    fs::remove_dir_all(sandbox.path(STORE)).unwrap();
    is_right(&sandbox);
    fs::remove_dir_all(sandbox.path(STORE).join("rustc")).unwrap();
    is_right(&sandbox);
}

#[test]
fn the_directory_cannot_be_made() {
    let sandbox = built_once();
    fs::remove_dir_all(sandbox.path("home/.cache/sccache-shell")).unwrap();
    sandbox.write("home/.cache/sccache-shell", "a file");
    is_right(&sandbox);
}

#[test]
fn unparseable_memos() {
    let sandbox = built_once();
    for kind in ["memo", "linkers", "versions", "learned"] {
        for entry in fs::read_dir(sandbox.path(STORE).join(kind)).into_iter().flatten() {
            fs::write(entry.unwrap().path(), b"\xff{").unwrap();
        }
    }
    is_right(&sandbox);
}

/// As by `nix-collect-garbage` after an update.
#[test]
fn the_helper_is_replaced_below_a_running_server() {
    let sandbox = Sandbox::new();
    let wrapper = sandbox.path("libexec/sccache-shell/sccache");
    let install = |name: &str| {
        let helper = sandbox.path(name).join("sccache-shell");
        fs::create_dir_all(helper.parent().unwrap()).unwrap();
        fs::copy(HELPER, &helper).unwrap();
        fs::remove_file(&wrapper).unwrap();
        symlink(helper, &wrapper).unwrap();
    };
    install("old");
    sandbox.package("one");
    sandbox.second_worktree("second");
    assert_eq!(run(&sandbox, "project"), "one\n");
    let hits = sandbox.hits();
    install("new");
    fs::remove_dir_all(sandbox.path("old")).unwrap();
    assert_eq!(run(&sandbox, "second"), "one\n");
    assert_eq!(sandbox.hits(), hits + 1, "the same helper makes the same keys");
    is_right(&sandbox);
}

/// Each user has a home and a server of its own. Both use one cache directory.
#[test]
fn two_users_and_one_cache_directory() {
    let mut sandbox = Sandbox::new();
    let as_other = |sandbox: &Sandbox, dir: &str, command: &[&str]| {
        let mut other = sandbox.command("setpriv");
        other
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .args(command);
        other.current_dir(sandbox.path(dir)).output().unwrap()
    };
    sandbox.package("one");
    sandbox.second_worktree("second");
    for (path, mode) in [
        ("", 0o755),
        ("cache", 0o777),
        ("second", 0o777),
        ("other-bin", 0o755),
        ("other-home", 0o755),
    ] {
        fs::create_dir_all(sandbox.path(path)).unwrap();
        fs::set_permissions(sandbox.path(path), fs::Permissions::from_mode(mode)).unwrap();
    }
    let _ = chown(sandbox.path("other-home"), Some(65534), Some(65534));
    if !is_root() || !as_other(&sandbox, "second", &["rustc", "--version"]).status.success() {
        skipped("a different user may not run this toolchain");
        return;
    }
    sandbox.set("SCCACHE_DIR", sandbox.path("cache"));
    sandbox.run("project", "cargo", &["build", "--offline", "-q"]);
    let size = || sandbox.run("cache", "find", &[".", "-type", "f"]).lines().count();
    let first = size();

    // The other user's own helper, home and server.
    let (program, helper) = (
        sandbox.path("other-bin/sccache-shell"),
        sandbox.path("other-bin/sccache"),
    );
    fs::copy(HELPER, &program).unwrap();
    symlink(&program, &helper).unwrap();
    fs::copy(real_sccache(), sandbox.path("other-bin/real")).unwrap();
    let mut other = Sandbox::new();
    let home = sandbox.path("other-home");
    for (name, value) in [
        ("HOME", home.clone()),
        ("CARGO_HOME", home.join("cargo")),
        ("SCCACHE_DIR", sandbox.path("cache")),
        ("SCCACHE_SERVER_UDS", home.join("s")),
        ("RUSTC_WRAPPER", helper),
        ("SCCACHE_SHELL_TRACE", home.join("trace")),
    ] {
        other.set(name, value);
    }
    for (text, is_edit) in [("one", false), ("two", true)] {
        if is_edit {
            sandbox.write("second/src/main.rs", main_that_prints(text));
        }
        let dir = sandbox.path("second");
        let build = as_other(&other, dir.to_str().unwrap(), &["cargo", "build", "--offline", "-q"]);
        assert!(
            build.status.success(),
            "{text} {build:?} {}",
            fs::read_to_string(home.join("trace")).unwrap_or_default()
        );
        assert_eq!(
            sandbox.run("second", dir.join("target/debug/app"), &[]),
            format!("{text}\n")
        );
    }
    let trace = fs::read_to_string(home.join("trace")).unwrap();
    assert!(trace.contains("\"form\":\"normal\""), "{trace}");
    assert!(size() >= first);
    let sccache = real_sccache();
    let stop = as_other(
        &other,
        home.to_str().unwrap(),
        &[sccache.to_str().unwrap(), "--stop-server"],
    );
    assert!(stop.status.success(), "{stop:?}");
}
