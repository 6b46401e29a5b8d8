//! What `check` says of the other worktrees is so: real builds hit where it says that they share, and miss where not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod common;

use common::Sandbox;

/// A project with one dependency, from git, whose sources so lie in cargo's home.
fn project() -> Sandbox {
    let mut sandbox = Sandbox::new();
    sandbox.set("CARGO_HOME", sandbox.path("cargo-home"));
    let package = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"1.0.0\"\nedition = \"2021\"\n");
    sandbox.write("dependency/Cargo.toml", package("dependency"));
    sandbox.write("dependency/src/lib.rs", "pub fn answer() -> u32 { 42 }\n");
    sandbox.git("dependency", &["init", "-q"]);
    sandbox.git("dependency", &["add", "-A"]);
    sandbox.git("dependency", &["commit", "-q", "-m", "x"]);
    let url = format!("file://{}", sandbox.path("dependency").display());
    let manifest = package("app") + &format!("[dependencies]\ndependency = {{ git = \"{url}\" }}\n");
    sandbox.write("project/Cargo.toml", manifest);
    sandbox.write("project/src/main.rs", "fn main() { dependency::answer(); }\n");
    sandbox.write("project/.gitignore", "target\n");
    sandbox.run("project", "cargo", &["generate-lockfile", "--quiet"]);
    sandbox
}

#[test]
fn as_check_says() {
    let mut sandbox = project();
    for name in ["flags", "moved", "profile", "same"] {
        sandbox.second_worktree(name);
    }
    sandbox.write("flags/.cargo/config.toml", "[build]\nrustflags = [\"--cfg=other\"]\n");
    let manifest = std::fs::read_to_string(sandbox.path("project/Cargo.toml")).unwrap();
    sandbox.write("profile/Cargo.toml", manifest + "[profile.dev]\ndebug = 0\n");

    let build = |sandbox: &Sandbox, dir: &str| sandbox.run(dir, "cargo", &["build", "--quiet", "--locked"]);
    build(&sandbox, "project");
    let mut hits = 0;
    for (dir, expected) in [("same", 2), ("flags", 0), ("profile", 0), ("moved", 0)] {
        let home = if dir == "moved" { "moved-home" } else { "cargo-home" };
        sandbox.set("CARGO_HOME", sandbox.path(home));
        build(&sandbox, dir);
        assert_eq!(sandbox.hits() - hits, expected, "{dir}");
        hits = sandbox.hits();
    }

    sandbox.set("CARGO_HOME", sandbox.path("cargo-home"));
    let text = String::from_utf8(sandbox.helper(&["check"]).stdout).unwrap();
    let root = sandbox.path("");
    let text = text.replace(root.to_str().unwrap(), "");
    let expected = "worktrees  5; all crates can be shared, by shells with the same CARGO_HOME\n           \
        same shares the only crate\n           \
        flags does not: different rustflags (flags/.cargo/config.toml:2)\n           \
        moved does not: it was built with CARGO_HOME moved-home\n           \
        profile does not: a different `debug` in the dev profile (profile/Cargo.toml:8)\n";
    assert!(text.contains(expected), "{text}");
}

/// As nix-direnv has one: `.direnv/bin`.
#[test]
fn a_directory_of_the_worktree_on_path() {
    let mut sandbox = Sandbox::new();
    sandbox.package("A");
    sandbox.second_worktree("second");
    let path = std::env::join_paths([sandbox.path("libexec/sccache-shell")]).unwrap();
    let path = [path, std::env::var_os("PATH").unwrap()].join(std::ffi::OsStr::new(":"));
    for (dir, hits) in [("project", 0), ("second", 1)] {
        let own = sandbox.path(dir).join(".direnv/bin");
        std::fs::create_dir_all(&own).unwrap();
        let dirs = std::env::split_paths(&path).collect::<Vec<_>>();
        sandbox.set("PATH", std::env::join_paths(std::iter::once(own).chain(dirs)).unwrap());
        sandbox.run(dir, "cargo", &["build", "--quiet", "--offline"]);
        assert_eq!(sandbox.hits(), hits, "{dir}");
    }
}
